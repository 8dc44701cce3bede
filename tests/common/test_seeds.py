import subprocess
import sys

import pandas as pd

from stages.common.base.seeds import random_of, seed_of
from stages.common.draw import draw
from stages.common.unfinished.key import Key
from stages.common.unfinished.scratch import scratch


def test_a_seed_is_the_same_in_another_process():
    code = "from stages.common.base.seeds import seed_of; print(seed_of(7, 'train', 'a', 3))"
    printed = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env).stdout.strip()
        for env in ({"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "2"})
    }
    assert printed == {str(seed_of(7, "train", "a", 3))}


def test_names_and_seeds_give_different_streams():
    firsts = {random_of(seed, name).random() for seed in (1, 2) for name in ("a", "b", "a/b")}
    assert len(firsts) == 6
    assert seed_of(1, "a", "b") >= 0


def test_draws_are_nested_and_keep_to_class_platform_and_split():
    splits = pd.DataFrame(
        [
            {"particle_id": f"{label}{platform}{split}{i}", "class": label, "platform": platform, "split": split}
            for label in ("oil", "air")
            for platform in "AB"
            for split in ("train", "validation")
            for i in range(20)
        ]
    )
    small, large = (draw(splits, "oil", "A", "train", n, seed=3)["particle_id"] for n in (5, 12))
    assert list(large[:5]) == list(small)
    assert all(name.startswith("oilAtrain") for name in large)
    assert list(draw(splits.iloc[::-1], "oil", "A", "train", 5, seed=3)["particle_id"]) == list(small)
    assert list(draw(splits, "oil", "A", "train", 5, seed=4)["particle_id"]) != list(small)
    assert len(draw(splits, "oil", "A", "train", None, seed=3)) == 20


def test_scratch_outlives_a_failure_and_not_a_success(tmp_path, monkeypatch):
    monkeypatch.setenv("PIPELINE_SCRATCH", str(tmp_path))
    try:
        with scratch(Key("train_ddpm", "abc", {"seed": 1})) as folder:
            (folder / "checkpoint").write_text("half way")
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    with scratch(Key("train_ddpm", "abc", {"seed": 1})) as folder:
        assert (folder / "checkpoint").read_text() == "half way"
    assert not list(tmp_path.iterdir())
