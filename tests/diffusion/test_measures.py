"""The measures against closed forms, second implementations and drawn particles."""

import numpy as np
import pytest
import torch
from scipy.stats import ks_2samp, wasserstein_distance

from stages.diffusion.judging.density_coverage import density_coverage
from stages.diffusion.judging.interpolation import spherical
from stages.diffusion.judging.shape import shape, shapes
from stages.diffusion.judging.spread import apart
from stages.diffusion.judging.two_sample import two_sample


@pytest.fixture
def random():
    return np.random.default_rng(0)


def test_density_and_coverage_of_equal_distributions_have_their_expectations(random):
    """E[density] = 1; E[coverage] = 1 - (N-1)..(N-k) / ((2N-1)..(2N-k)) (Naeem et al. 2020, lemma 2)."""
    found = [density_coverage(random.normal(size=(40, 6)), random.normal(size=(40, 6))) for _ in range(200)]
    expected = 1 - np.prod([(40 - i) / (80 - i) for i in range(1, 6)])
    for name, value in (("density", 1.0), ("coverage", expected)):
        own = np.array([one[name] for one in found])
        assert own.mean() == pytest.approx(value, abs=4 * own.std() / np.sqrt(200))


def test_density_counts_balls_and_coverage_their_owners():
    real = np.arange(20.0)[:, None]  # radius of the 5th neighbour: 3 inside, 5 at the ends
    assert density_coverage(np.full((7, 1), 10.0), real) == {"density": 7 / 5, "coverage": 7 / 20}
    assert density_coverage(np.full((7, 1), 99.0), real) == {"density": 0, "coverage": 0}


def test_two_sample_is_even_for_the_same_and_perfect_for_far_sets(random):
    runs = np.repeat(["a", "b", "c", "d"], 25)
    same = [two_sample(random.normal(size=(100, 5)), random.normal(size=(100, 5)), runs, random) for _ in range(20)]
    assert np.mean([one["accuracy"] for one in same]) == pytest.approx(0.5, abs=0.04)
    assert np.mean([one["low"] <= 0.5 <= one["high"] for one in same]) >= 0.75
    far = two_sample(random.normal(size=(100, 5)) + 9, random.normal(size=(100, 5)), runs, random)
    assert (far["accuracy"], far["high"], far["left_out"]) == (1, 1, "run")


def test_what_sets_one_run_apart_helps_no_one(random):
    """Each run has a mark of its own; a classifier that has seen the run would know it, one that hasn't can't."""
    mark = np.eye(4) * 8
    real = np.concatenate([random.normal(size=(25, 4)) * 0.1 + row for row in mark])
    new = np.repeat(mark.mean(axis=0)[None], 100, axis=0) + random.normal(size=(100, 4)) * 4
    by_run = two_sample(new, real, np.repeat(np.arange(4), 25), np.random.default_rng(1))
    by_image = two_sample(new, real, np.zeros(100), np.random.default_rng(1))
    assert by_image["left_out"] == "image"
    assert by_run["accuracy"] < by_image["accuracy"]


def drawn(diameter, stretch=1.0, centre=-60.0, ring=-90.0, halo=0.0):
    """A disc of `diameter` px, its outer third `ring`, around it a halo, on a noisy background; 8 x 8 samples a px."""
    y, x = (np.mgrid[: 64 * 8, : 64 * 8] + 0.5) / 8 - 32
    away = np.hypot(x / stretch, y * stretch) / (diameter / 2)
    over = np.select([away <= 2 / 3, away <= 1, away <= 1.4], [centre, ring, halo], 0.0)
    small = over.reshape(64, 8, 64, 8).mean(axis=(1, 3))
    noise = np.random.default_rng(2).normal(0, 1.5, small.shape)
    return np.clip(175 + small + noise, 0, 255).round().astype(np.uint8)


@pytest.mark.parametrize("diameter", [12, 20, 34])
def test_a_drawn_disc_is_measured(diameter):
    found = shape(drawn(diameter))
    assert found["diameter_px"] == pytest.approx(diameter, abs=1.5)
    assert found["centre_grey"] == pytest.approx(-60, abs=3)
    assert found["ring_grey"] == pytest.approx(-90, abs=8)
    assert found["roundness"] > 0.96


@pytest.mark.parametrize("turns", range(4))
def test_a_particle_reaches_into_the_middle_half(turns):
    """On each of four sides: row 16 of 64 is the first of the middle half."""

    def disc(last_row):
        y, x = np.mgrid[:64, :64]
        return np.rot90(np.where(np.hypot(y - last_row + 6, x - 31.5) <= 6, 90, 175).astype(np.uint8), turns)

    assert shape(disc(18))["diameter_px"] == pytest.approx(12, abs=1)
    assert shape(disc(14)) is None


def test_images_without_a_particle_are_counted():
    empty = np.full((64, 64), 175, np.uint8)
    found, without = shapes(np.stack([drawn(20), empty, drawn(30), empty, empty]))
    assert without == 3
    assert found["diameter_px"] == pytest.approx([20, 30], abs=1.5)


def test_the_centre_is_the_inner_third():
    """A particle that is bright in its inner third and dark around it."""
    y, x = (np.mgrid[: 64 * 8, : 64 * 8] + 0.5) / 8 - 32
    away = np.hypot(x, y) / 15
    over = np.select([away <= 1 / 3, away <= 1], [40.0, -80.0], 0.0)
    image = (175 + over.reshape(64, 8, 64, 8).mean(axis=(1, 3))).round().astype(np.uint8)
    found = shape(image)
    assert found["centre_grey"] == pytest.approx(40, abs=12)
    assert found["ring_grey"] == pytest.approx(-80, abs=3)


def test_an_ellipse_is_as_round_as_its_axes(random):
    assert shape(drawn(24, stretch=1.2))["roundness"] == pytest.approx(1 / 1.2**2, abs=0.04)


def test_a_halo_is_seen_and_an_empty_image_is_no_particle():
    assert shape(drawn(20, halo=7.0))["halo_grey"] == pytest.approx(7, abs=2.5)
    assert shape(drawn(20))["halo_grey"] < 2.5
    assert shape(drawn(1, centre=0, ring=0)) is None


def test_spread_is_scipys_and_its_p_that_of_permuted_images(random):
    a, b = random.normal(size=31), random.normal(size=47).round(1) * 1.5 + 0.2
    found = apart(a, b, np.zeros(47), np.random.default_rng(3))
    assert found["wasserstein"] == pytest.approx(wasserstein_distance(a, b))
    assert found["ks"] == pytest.approx(ks_2samp(a, b).statistic)
    again, pooled = np.random.default_rng(3), np.concatenate([a, b])
    mixed = [again.permutation(pooled) for _ in range(999)]
    farther = sum(wasserstein_distance(own[:31], own[31:]) >= found["wasserstein"] - 1e-12 for own in mixed)
    assert found["wasserstein_p"] == pytest.approx((1 + farther) / 1000)


@pytest.mark.parametrize("runs", [1, 24])
def test_p_is_small_for_another_distribution_and_anything_for_the_same(random, runs):
    own = np.arange(240) % runs
    unit = "run" if runs > 1 else "image"
    other = apart(random.normal(3, 1, 60), random.normal(size=240), own, random)
    assert other["permuted"] == unit
    assert other["ks_p"] == (1 / 25 if runs > 1 else 0.001)
    same = [apart(random.normal(size=10), random.normal(size=240), own, random)["wasserstein_p"] for _ in range(60)]
    assert 0.35 < np.mean(same) < 0.65


def test_the_arc_between_two_noises_keeps_their_length(random):
    a, b = (torch.from_numpy(random.normal(size=(1, 1, 8, 8))) for _ in range(2))
    b = b * a.norm() / b.norm()
    assert torch.allclose(spherical(a, b, 0.0), a)
    assert torch.allclose(spherical(a, b, 1.0), b)
    middle = spherical(a, b, 0.5)
    assert middle.norm().item() == pytest.approx(a.norm().item())
    assert torch.allclose(middle, (a + b) * (a.norm() / (a + b).norm()))
