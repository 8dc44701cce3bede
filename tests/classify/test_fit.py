"""Batch statistics under the final weights."""

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from stages.classify.data.images import listed
from stages.classify.training.fit import STATISTICS, Scale, settle_statistics
from stages.common.arrays import write_images


@pytest.mark.parametrize(("count", "batch"), [(STATISTICS, 64), (STATISTICS, STATISTICS), (700, 700)])
def test_statistics_are_means_over_batches_of_the_training_images(tmp_path, count, batch):
    """Of a network that is one normalization: of the images themselves, all of them once, even in one large batch."""
    pixels = np.random.default_rng(1).integers(0, 256, (count, 4, 4), dtype=np.uint8)
    write_images(tmp_path / "a.npy", pixels, pixels.shape)
    images = listed(pd.DataFrame({"array": "a.npy", "row": range(count), "class": "x"}), ["x"], tmp_path)
    network = nn.Sequential(nn.BatchNorm2d(1))
    network[0].running_mean.fill_(9.0)  # of weights long gone
    settle_statistics(network, images, Scale(100.0, 50.0), batch, np.random.default_rng(2))
    assert network[0].running_mean.item() == pytest.approx((pixels.mean() - 100) / 50, rel=1e-4)
    assert network[0].running_var.item() == pytest.approx(pixels.var() / 50**2, rel=1e-2)


def test_images_are_standardized_by_mean_and_sd():
    images = np.array([[[0, 100], [200, 255]]], np.uint8)
    found = Scale(100.0, 50.0).standardized(images, torch.device("cpu"))
    assert found.shape == (1, 1, 2, 2)
    assert found.flatten().tolist() == pytest.approx([-2, 0, 2, 3.1])
