"""One seed an image: its batch and its place in it don't matter."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from stages.common.params.diffusion import Network
from stages.diffusion.judging.interpolation import interpolation
from stages.diffusion.model.grey import GreyScale
from stages.diffusion.model.process import Process
from stages.diffusion.model.process.paths import DiffusionPath, StraightPath
from stages.diffusion.model.process.schedules import cosine_alpha_bar
from stages.diffusion.model.sample import Generator, Noise, images, trajectory
from stages.diffusion.model.samplers import SAMPLERS
from stages.diffusion.model.unet import UNet

GREY = GreyScale(mean=170.0, sd=20.0, low=90, high=230)


@pytest.fixture(scope="module")
def generator():
    torch.manual_seed(0)
    settings = Network(base=8, multipliers=[1, 2], patch=2, linear_attention=[], attention=[], blocks=1, dropout=0.1)
    process = Process(DiffusionPath(cosine_alpha_bar(100)), "v")
    return Generator(UNet(16, settings).eval(), process, GREY, 16, "float32")


def prepared(generator, sampler):
    """The generator, for Heun with the process that it goes with."""
    return replace(generator, process=Process(StraightPath(100), "flow")) if sampler == "heun" else generator


def test_noise_of_an_image_is_its_own():
    device = torch.device("cpu")
    together, other = Noise([5, 6, 7], 8, device), Noise([7, 5], 8, device)
    for _ in range(3):
        a, b = together.draw(), other.draw()
        assert torch.equal(a[0], b[1])
        assert torch.equal(a[2], b[0])
        assert not torch.equal(a[0], a[1])


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_an_image_does_not_depend_on_batch_or_order(generator, sampler):
    generator = prepared(generator, sampler)
    seeds = [11, 12, 13, 14, 15]
    whole = images(generator, seeds, sampler, 10)
    parts = np.concatenate([images(generator, seeds[:2], sampler, 10), images(generator, seeds[2:], sampler, 10)])
    backwards = images(generator, seeds[::-1], sampler, 10)[::-1]
    # Convolutions of another batch size may round the last bit differently.
    assert np.abs(whole.astype(int) - parts).max() <= 1
    assert np.abs(whole.astype(int) - backwards).max() <= 1
    assert np.array_equal(whole, images(generator, seeds, sampler, 10))
    assert (whole[0] != whole[1]).any()


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_interpolation_leads_from_one_image_to_the_other(generator, sampler):
    generator = prepared(generator, sampler)
    between = interpolation(generator, (21, 22), 5, sampler, 10).astype(int)
    ends = images(generator, [21, 22], sampler, 10)
    assert np.abs(between[[0, -1]] - ends).max() <= 1
    from_first = np.abs(between - between[0]).mean(axis=(1, 2))
    assert (np.diff(from_first) > 0).all()


def test_the_way_starts_at_noise_and_ends_within_the_training_grey_levels(generator):
    states = list(trajectory(generator, [1, 2], "dpm_solver", 8))
    assert len(states) == 9
    assert states[0].std().item() == pytest.approx(1, abs=0.1)
    made = GREY.decode(states[-1])
    assert made.dtype == np.uint8
    assert GREY.low <= made.min()
    assert made.max() <= GREY.high


def test_grey_levels_survive_the_way_there_and_back():
    levels = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    for standardize, softening in ((True, None), (True, 0.5), (False, None)):
        grey = GreyScale.of(levels, standardize, softening)
        encoded = grey.encode(torch.from_numpy(levels))
        assert np.array_equal(grey.decode(encoded), levels)
        if standardize:
            assert encoded.mean().item() == pytest.approx(0, abs=1e-6)
            assert encoded.std(correction=0).item() == pytest.approx(1, abs=1e-6)
        else:
            assert (encoded.min().item(), encoded.max().item()) == (-1, 1)


def test_a_softened_scale_is_linear_near_the_background_and_logarithmic_far_from_it():
    """d asinh(u) / du is 1 / sqrt(1 + u^2), and asinh(u) nears log(2 u)."""
    images = np.full((9, 8, 8), 175, np.uint8)
    images[0, 2:4] = [[20] * 8, [255] * 8]
    scale = GreyScale.of(images, standardize=True, softening=8 / images.std())
    assert (scale.level, scale.softening) == (175, pytest.approx(8))
    greys = np.array([[[175, 176, 255, 15]]], np.uint8)
    background, one, bright, dark = scale.encode(torch.from_numpy(greys)).flatten().double().numpy() * scale.sd
    assert one - background == pytest.approx(1 / 8, rel=0.01)
    assert bright - background == pytest.approx(np.log(2 * 80 / 8), rel=0.01)
    assert dark - background == pytest.approx(-np.log(2 * 160 / 8), rel=0.01)
    held = scale.decode(scale.clamp(torch.tensor([-50.0, 50.0]).view(2, 1, 1, 1))).flatten()
    assert held.tolist() == [20, 255]
