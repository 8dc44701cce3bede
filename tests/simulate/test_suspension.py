import numpy as np
import pytest
from scipy import stats

from stages.simulate.laws import bounds_um
from stages.simulate.suspension import MARGIN_UM, frame_ml, particles_in_run

FRAMES = 2000


@pytest.fixture(scope="module")
def droplets(settings):
    focus = np.full(FRAMES, 5.0)
    sample = settings.samples["silicone_oil"]
    return particles_in_run(np.random.default_rng(0), settings.platforms["A"], settings.kinds, sample, focus)


def test_particles_arrive_as_poisson_says(settings, droplets):
    sample = settings.samples["silicone_oil"]
    for name, per_ml in sample.per_ml.items():
        margin = MARGIN_UM + bounds_um(settings.kinds[name], sample)[1] / 2
        expected = per_ml * frame_ml(settings.platforms["A"], margin)
        frames = droplets.loc[droplets["kind"] == name, "frame"]
        counts = np.bincount(frames, minlength=FRAMES + 1)[1:]
        low, high = stats.poisson.interval(1 - 1e-6, FRAMES * expected)
        assert low < counts.sum() < high
        assert counts.var() / counts.mean() == pytest.approx(1, abs=0.15)


def test_a_frame_shows_the_volume_that_its_edges_and_depth_make(platforms):
    assert frame_ml(platforms["A"]) == pytest.approx(960 * 1280 * 0.5545**2 * 80 * 1e-12)


def test_depths_are_even_over_the_cell_around_the_plane_in_focus(droplets):
    assert stats.kstest(droplets["z_um"], stats.uniform(5 - 40, 80).cdf).pvalue > 1e-4


def test_shares_of_doublets_and_of_flattening_are_as_told(settings, droplets):
    kind = settings.kinds["silicone_oil"]
    singles = droplets[droplets["kind"] == "silicone_oil"]
    assert (singles["partner_um"] > 0).mean() == pytest.approx(kind.doublets, abs=0.02)
    assert singles["flattening"].max() == pytest.approx(kind.flattening, rel=0.02)
    assert singles["flattening"].mean() == pytest.approx(kind.flattening / 2, rel=0.05)


def test_dilution_thins_a_suspension(settings):
    def count(name: str) -> int:
        sample = settings.samples[name]
        args = settings.platforms["A"], settings.kinds, sample, np.zeros(100)
        return len(particles_in_run(np.random.default_rng(0), *args))

    assert count("stressed_high") / count("diluted_8") == pytest.approx(8, rel=0.1)


def test_a_large_bubble_fills_the_cell(settings):
    sample, focus = settings.samples["air_bubble"], np.full(500, 3.0)
    bodies = particles_in_run(np.random.default_rng(0), settings.platforms["A"], settings.kinds, sample, focus)
    flat = bodies[(bodies["kind"] == "large_bubble") & (bodies["diameter_um"] > 80)]
    assert len(flat) > 20
    assert (flat["z_um"] == 3.0).all()
