"""A killed training goes on as if it had never stopped."""

import multiprocessing
import os
import time

import numpy as np
import pytest

from stages.common.base.parameters import read_parameters
from stages.diffusion.training.__main__ import Parameters, train
from tests.diffusion.conftest import LABEL, OTHER, Project

COUNTS = {"train": 16, "selection": 6}
PARTS = ("weights.safetensors", "loss.csv", f"{LABEL}/samples.npy")
OUTPUTS = [f"models/ddpm/{LABEL}/{name}" for name in PARTS]
KILLS = 20


def train_in(folder: str) -> None:
    os.chdir(folder)
    train(LABEL, read_parameters(Parameters))


@pytest.fixture(scope="module")
def processes():
    """Starts processes in which torch is imported already: a kill hits the training, not its imports."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.diffusion.test_resume"])
    return context


def seconds_of(process) -> float:
    begun = time.monotonic()
    process.start()
    process.join(timeout=120)
    assert process.exitcode == 0
    return time.monotonic() - begun


def test_twenty_kills_at_random_moments_leave_the_bytes_of_an_unbroken_run(tmp_path, processes):
    """Each kill -9 meets a run that goes on from the one before. Every other one waits for the next checkpoint's
    temporary file, so that it meets the writing."""
    projects = []
    for name in ("whole", "broken"):
        (tmp_path / name).mkdir()
        projects.append(Project(tmp_path / name))
        projects[-1].write(COUNTS, epochs=12, checkpoint_every=1, held_out=4, patience=10)
    whole, broken = projects
    seconds_of(processes.Process(target=train_in, args=(str(whole.folder),)))  # the server starts here
    expected = {path: whole.bytes(path) for path in OUTPUTS}
    whole_run = seconds_of(processes.Process(target=train_in, args=(str(whole.folder),)))

    def half_written():
        return set(broken.folder.glob(".scratch/*/.run.*.safetensors"))

    random = np.random.default_rng(0)
    kills, kills_at_writing, runs = 0, 0, 0
    while kills < KILLS or not runs:
        process = processes.Process(target=train_in, args=(str(broken.folder),))
        process.start()
        before = half_written()
        process.join(timeout=random.uniform(0, 1) * whole_run if kills < KILLS else 120)
        while kills % 2 and process.exitcode is None and half_written() == before:
            time.sleep(0.0005)
        process.kill()
        process.join()
        if process.exitcode == 0:  # it ended before its moment came; the next one begins again
            assert {path: broken.bytes(path) for path in OUTPUTS} == expected
            assert not list((broken.folder / ".scratch").iterdir())
            (broken.folder / OUTPUTS[0]).unlink()
            runs += 1
        else:
            kills += 1
            kills_at_writing += half_written() != before
    assert kills_at_writing >= 5


@pytest.mark.parametrize("labels", [(LABEL,), (LABEL, OTHER)], ids=["one class", "two classes"])
def test_the_command_itself_goes_on_after_a_kill(tmp_path, labels):
    (tmp_path / "whole").mkdir()
    (tmp_path / "broken").mkdir()
    whole = Project(tmp_path / "whole").write(COUNTS, labels)
    whole.run("training")
    assert len(list((whole.folder / ".scratch").iterdir())) == whole.left_over

    broken = Project(tmp_path / "broken").write(COUNTS, labels)
    process = broken.start("training")
    deadline = time.monotonic() + 60
    while not list(broken.folder.glob(".scratch/*/run.safetensors")) and time.monotonic() < deadline:
        time.sleep(0.005)
    process.kill()
    process.communicate()
    assert not (broken.folder / "models").exists()

    assert "going on after step" in broken.run("training")
    written = {path.relative_to(whole.folder) for path in whole.folder.glob("models/**/*") if path.is_file()}
    assert len(written) == 2 + len(labels)  # weights, losses, and samples of each class
    for path in written:
        assert broken.bytes(path) == whole.bytes(path), path
    assert len(list((broken.folder / ".scratch").iterdir())) == broken.left_over
