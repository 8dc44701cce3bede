"""Several processes train the network that one would have trained."""

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch
import yaml
from safetensors.torch import load_file

from stages.diffusion.training import torchrun
from tests.diffusion.conftest import LABEL, OTHER, ROOT, Project

COUNTS = {"train": 14, "selection": 6}


def trained(folder, labels, *command):
    """The losses and weights of two epochs, whose last batch has one image, without dropout."""
    folder.mkdir()
    training = {"epochs": 2, "batch": 11, "held_out": 2, "patience": 5, "precision": "float32", "lr": 1e-4}
    project = Project(folder).write(COUNTS, labels, **training)
    settings = yaml.safe_load((folder / "params.yaml").read_text(encoding="utf-8"))
    settings["diffusion"]["network"]["dropout"] = 0.0
    (folder / "params.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, *command, "-m", "stages.diffusion.training", project.name],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    model = project.folder / "models/ddpm" / project.name
    assert len(list((folder / ".scratch").iterdir())) == project.left_over
    return done.stdout, pd.read_csv(model / "loss.csv"), load_file(model / "weights.safetensors")


@pytest.mark.parametrize("labels", [(LABEL,), (LABEL, OTHER)], ids=["one class", "two classes"])
def test_two_workers_train_what_one_trains(tmp_path, labels):
    _, losses, weights = trained(tmp_path / "one", labels)
    parallel = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    said, shared_losses, shared_weights = trained(tmp_path / "two", labels, *parallel)
    assert said.count(f"{12 * len(labels)} images of 16 px") == 1
    assert "on 2 x cpu" in said
    assert np.allclose(shared_losses.to_numpy(), losses.to_numpy(), rtol=1e-4)
    for name, expected in weights.items():
        assert torch.allclose(shared_weights[name], expected, atol=2e-5), name


@pytest.mark.parametrize(("total", "count"), [(8, 2), (7, 2), (1, 2), (5, 4), (3, 4)])
def test_the_parts_of_a_batch_make_up_its_mean(monkeypatch, total, count):
    losses = torch.arange(1.0, total + 1)
    means = []
    for rank in range(count):
        monkeypatch.setattr(torchrun.dist, "is_initialized", lambda: True)
        monkeypatch.setattr(torchrun.dist, "get_rank", lambda rank=rank: rank)
        monkeypatch.setattr(torchrun.dist, "get_world_size", lambda: count)
        mine, share = torchrun.part(total)
        assert len(losses[mine]) > 0
        means.append(losses[mine].mean() * share)
    assert torch.stack(means).mean().item() == pytest.approx(losses.mean().item())
