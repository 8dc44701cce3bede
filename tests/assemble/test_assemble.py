import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from stages.assemble.__main__ import real_rows, synthetic_rows
from stages.common.arrays import write_images
from stages.common.base.errors import InputError
from stages.common.base.files import write_json

SPLITS = pd.DataFrame(
    [
        {
            "particle_id": f"{label}{split}{i}",
            "run": f"run-{split}",
            "row": i,
            "class": label,
            "platform": "A",
            "split": split,
            "simulated": True,
        }
        for label in ("protein", "oil")
        for split in ("train", "validation")
        for i in range(10)
    ]
)


def test_only_training_images_are_taken():
    rows = real_rows(SPLITS, "oil", "A", 10, seed=1)
    assert set(rows["array"]) == {"data/normalized/run-train.npy"}
    assert sorted(rows["row"]) == list(range(10))


def test_fewer_images_than_asked_for_are_said(capsys):
    assert len(real_rows(SPLITS, "oil", "A", 50, seed=1)) == 10
    assert "50 real images were asked for; the training split holds 10" in capsys.readouterr().err


def test_no_image_at_all_is_an_error():
    with pytest.raises(InputError, match="no training image of oil on platform B"):
        real_rows(SPLITS, "oil", "B", 5, seed=1)


@pytest.mark.parametrize("origin", ["simulated", "partly simulated", "measured"])
def test_synthetic_images_are_counted_against_the_file(tmp_path, monkeypatch, origin):
    monkeypatch.chdir(tmp_path)
    write_images("data/synthetic/oil.npy", np.zeros((4, 8, 8), np.uint8), (4, 8, 8))
    write_json("data/synthetic/oil.json", {"data": origin})
    rows = synthetic_rows("oil", 3)
    assert list(rows["row"]) == [0, 1, 2]
    assert rows["synthetic"].all()
    assert (rows["simulated"] == (origin != "measured")).all()
    with pytest.raises(InputError, match="5 synthetic images of oil were asked for, 4 were generated"):
        synthetic_rows("oil", 5)


@pytest.mark.parametrize("words", [[], ["real-9"]])
def test_no_or_an_unknown_set_is_told_in_a_sentence(words):
    command = [sys.executable, "-m", "stages.assemble", *words]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert said.stderr.startswith("error: ") and len(said.stderr.splitlines()) == 1
    assert ("real-1-b" in said.stderr) == bool(words)
