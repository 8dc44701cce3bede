"""A batch's gradient in shards is that of the whole, and neither cores nor threads change a byte."""

import os
import time

import pytest
import torch

from stages.common.base.threads import threads
from stages.diffusion.training.gradient import in_shards, parts
from stages.diffusion.training.step import drawn, start, train_step
from tests.diffusion.conftest import LABEL
from tests.diffusion.test_early_stop import CPU, TINY
from tests.diffusion.test_training import plan_with

COUNTS = {"train": 16, "selection": 6}
ONE_CORE = sorted(os.sched_getaffinity(0))[:1]


@pytest.mark.parametrize("size", [5, 3, 1])
@pytest.mark.parametrize("shards", [1, 2, 3, 8])
def test_shards_add_up_to_the_gradient_of_the_whole_batch(size, shards):
    plan = plan_with(precision="float32", shards=shards, batch=size)
    run = start(plan, TINY.model_copy(update={"dropout": 0.0}), CPU)
    batch = drawn(run, plan)
    answer = run.network(batch.noisy, batch.time, batch.told)
    expected_loss = (batch.weight * (answer - batch.target).abs()).mean()
    expected = torch.autograd.grad(expected_loss, list(run.network.parameters()))
    found = in_shards(run.network, batch, 7, plan.settings, threads(2))
    assert found.item() == pytest.approx(expected_loss.item(), rel=1e-5)
    for weight, gradient in zip(run.network.parameters(), expected, strict=True):
        assert torch.allclose(weight.grad, gradient, rtol=1e-3, atol=1e-6)


def test_parts_hold_every_image_once():
    for total in range(1, 20):
        for count in range(1, 9):
            found = [list(range(total))[part] for part in parts(total, count)]
            assert [image for part in found for image in part] == list(range(total))
            assert max(map(len, found)) - min(map(len, found)) <= 1
            assert all(found)


def test_workers_change_no_byte(monkeypatch):
    """With dropout, whose draws are the shard's own."""
    weights = []
    for count in (1, 2, 3):
        monkeypatch.setattr("stages.diffusion.training.gradient.workers", lambda device, count=count: count)
        plan = plan_with(shards=3)
        run = start(plan, TINY, CPU)
        for _ in range(plan.steps_an_epoch):
            train_step(run, plan)
        weights.append(torch.cat([weight.detach().flatten() for weight in run.network.parameters()]))
    assert torch.equal(weights[0], weights[1])
    assert torch.equal(weights[0], weights[2])


def written_by(project) -> dict[str, bytes]:
    files = (path for place in ("models", "data/synthetic") for path in (project.folder / place).rglob("*"))
    return {str(path.relative_to(project.folder)): path.read_bytes() for path in files if path.is_file()}


def test_cores_and_threads_change_no_byte(project):
    project.write(COUNTS, epochs=4)
    found = []
    for cores, count in ((ONE_CORE, "1"), (None, "2"), (ONE_CORE, "2")):
        for script in ("training", "generating"):
            project.run(script, LABEL, cores, count)
        found.append(written_by(project))
    assert len(found[0]) == 5
    assert found[0] == found[1] == found[2]


def killed_at_its_first_checkpoint(project, cores, count) -> None:
    process = project.start("training", LABEL, cores, count)
    deadline = time.monotonic() + 60
    while not list(project.folder.glob(".scratch/*/run.safetensors")) and time.monotonic() < deadline:
        time.sleep(0.005)
    process.kill()
    process.communicate()


def test_a_killed_training_goes_on_with_other_cores_and_threads(project):
    project.write(COUNTS)
    project.run("training", LABEL)
    whole = written_by(project)
    (project.folder / "models/ddpm" / LABEL / "weights.safetensors").unlink()
    killed_at_its_first_checkpoint(project, ONE_CORE, "1")
    assert "going on after step" in project.run("training", LABEL, None, "2")
    assert written_by(project) == whole


def test_a_checkpoint_of_other_settings_is_told_and_what_differs(project):
    project.write(COUNTS)
    killed_at_its_first_checkpoint(project, None, "1")
    project.write(COUNTS, lr=0.001)
    said = project.run("training", LABEL)
    assert "going on" not in said.replace("is not gone on with", "")
    assert "is not gone on with: other training.lr. This one begins anew" in said
