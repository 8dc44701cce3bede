import numpy as np
import pytest
from scipy import stats

from stages.simulate.bodies import KINDS, MARGIN_UM, frame_ml, particles_in_frame


def test_particles_arrive_as_poisson_says(platforms, samples):
    platform, sample = platforms["A"], samples["silicone_oil"]
    random = np.random.default_rng(0)
    counts = [len(particles_in_frame(random, platform, sample)) for _ in range(2000)]
    expected = sample.per_ml * frame_ml(platform, MARGIN_UM)
    assert stats.poisson.interval(1 - 1e-6, 2000 * expected)[0] < sum(counts)
    assert sum(counts) < stats.poisson.interval(1 - 1e-6, 2000 * expected)[1]
    assert np.var(counts) / np.mean(counts) == pytest.approx(1, abs=0.15)


def test_a_frame_shows_the_volume_that_its_edges_and_depth_make(platforms):
    platform = platforms["A"]
    assert frame_ml(platform) == pytest.approx(960 * 1280 * 0.5545**2 * 80 * 1e-12)


def test_aggregates_follow_their_power_law(samples):
    diameters = KINDS["protein"](np.random.default_rng(0), 200_000, samples["protein"])
    shares = [(diameters > d).mean() for d in (5, 10, 20)]
    truncated = [(d**-2.5 - 80**-2.5) / (4**-2.5 - 80**-2.5) for d in (5, 10, 20)]
    assert shares == pytest.approx(truncated, rel=0.05)


def test_beads_follow_their_certificate(samples):
    diameters = KINDS["bead"](np.random.default_rng(0), 20_000, samples["beads_10um"])
    assert diameters.mean() == pytest.approx(10, rel=0.001)
    assert diameters.std() / diameters.mean() == pytest.approx(0.02, rel=0.03)
