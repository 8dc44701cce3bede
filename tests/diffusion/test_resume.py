"""A killed training goes on as if it had never stopped."""

import time

from tests.diffusion.conftest import LABEL, Project

COUNTS = {"train": 14, "selection": 6}
OUTPUTS = [f"models/ddpm/{LABEL}/{name}" for name in ("weights.safetensors", "loss.csv", "samples.npy")]


def test_kill_and_rerun_give_the_bytes_of_an_unbroken_run(tmp_path):
    (tmp_path / "whole").mkdir()
    (tmp_path / "broken").mkdir()
    whole = Project(tmp_path / "whole").write(COUNTS)
    whole.run("train")
    assert not list((whole.folder / ".scratch").iterdir())

    broken = Project(tmp_path / "broken").write(COUNTS)
    process = broken.start("train")
    deadline = time.monotonic() + 60
    while not list(broken.folder.glob(".scratch/*/run.safetensors")) and time.monotonic() < deadline:
        time.sleep(0.005)
    process.kill()
    process.communicate()
    assert not (broken.folder / "models").exists()

    assert "going on after step" in broken.run("train")
    for path in OUTPUTS:
        assert broken.bytes(path) == whole.bytes(path), path
    assert not list((broken.folder / ".scratch").iterdir())
