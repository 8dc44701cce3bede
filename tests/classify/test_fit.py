"""Batch statistics under the final weights."""

import itertools

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from stages.classify.data.images import listed
from stages.classify.training.fit import STATISTICS, Recipe, Scale, batches, fit, settle_statistics
from stages.classify.training.grid import Cell
from stages.classify.training.methods.every_image import every_image
from stages.classify.training.networks import NETWORKS, Network
from stages.common.arrays import write_images
from stages.common.params.classify import ClassifierTraining


@pytest.mark.parametrize(("count", "batch"), [(STATISTICS, 64), (STATISTICS, STATISTICS), (700, 700)])
def test_statistics_are_means_over_batches_of_the_training_images(tmp_path, count, batch):
    """Of a network that is one normalization: of the images themselves, all of them once, even in one large batch."""
    pixels = np.random.default_rng(1).integers(0, 256, (count, 4, 4), dtype=np.uint8)
    write_images(tmp_path / "a.npy", pixels, pixels.shape)
    images = listed(pd.DataFrame({"array": "a.npy", "row": range(count), "class": "x"}), ["x"], tmp_path)
    network = nn.Sequential(nn.BatchNorm2d(1))
    network[0].running_mean.fill_(9.0)  # of weights long gone
    drawn = batches(every_image(images.label, np.random.default_rng(2)), batch)
    settle_statistics(network, images, Scale(100.0, 50.0), itertools.islice(drawn, STATISTICS // batch or 1))
    assert network[0].running_mean.item() == pytest.approx((pixels.mean() - 100) / 50, rel=1e-4)
    assert network[0].running_var.item() == pytest.approx(pixels.var() / 50**2, rel=1e-2)


def test_images_are_standardized_by_mean_and_sd():
    images = np.array([[[0, 100], [200, 255]]], np.uint8)
    found = Scale(100.0, 50.0).standardized(images, torch.device("cpu"))
    assert found.shape == (1, 1, 2, 2)
    assert found.flatten().tolist() == pytest.approx([-2, 0, 2, 3.1])


@pytest.mark.parametrize(("methods", "share"), [([], 0.25), (["oversampling"], 0.5), (["balanced_draws"], 0.5)])
def test_statistics_are_those_of_the_trainings_own_drawing(tmp_path, monkeypatch, methods, share):
    """White images are a quarter of the set: what the normalization takes for the mean is what the training drew."""
    monkeypatch.setitem(
        NETWORKS, "light", lambda classes: Network(nn.Sequential(nn.BatchNorm2d(1, affine=False)), 1, classes)
    )
    pixels = np.repeat(np.array([0] * 96 + [200] * 32, np.uint8), 16).reshape(-1, 4, 4)
    write_images(tmp_path / "a.npy", pixels, pixels.shape)
    table = pd.DataFrame({"array": "a.npy", "row": range(128), "class": ["dark"] * 96 + ["white"] * 32})
    images = listed(table, ["dark", "white"], tmp_path)
    settings = ClassifierTraining(images=64, repeats=1, augment=True, schedule="cosine", precision="float32")
    cell = Cell("adamw", 1e-3, 1e-4, 64, 0)
    network, _ = fit(cell, Recipe("light", settings, methods), 2, images, Scale(0.0, 200.0), seed=3)
    assert network.body[0].running_mean.item() == pytest.approx(share, abs=0.04)
