import numpy as np
import pytest
from scipy import stats

from stages.common.params.simulate import Power
from stages.simulate.laws import bounds_um, diameters_um, kind_in

MANY = 100_000


def drawn(settings, kind: str, sample: str = "protein") -> np.ndarray:
    return diameters_um(np.random.default_rng(0), settings.kinds[kind], settings.samples[sample], MANY)


def test_aggregates_follow_their_power_law(settings):
    size = settings.kinds["protein"].size
    diameters = drawn(settings, "protein")
    low, high = size.low**-size.exponent, size.high**-size.exponent
    for diameter in (5, 10, 20):
        expected = (diameter**-size.exponent - high) / (low - high)
        assert (diameters > diameter).mean() == pytest.approx(expected, rel=0.05)


def test_droplets_are_lognormal_between_their_bounds(settings):
    size = settings.kinds["silicone_oil"].size
    law = stats.lognorm(np.log(size.spread), scale=size.median)
    diameters = drawn(settings, "silicone_oil")
    between = law.cdf(size.high) - law.cdf(size.low)
    expected = [(law.cdf(d) - law.cdf(size.low)) / between for d in (2, 4, 8)]
    assert [(diameters < d).mean() for d in (2, 4, 8)] == pytest.approx(expected, abs=0.01)


def test_beads_follow_their_certificate(settings):
    diameters = drawn(settings, "bead", "beads_10um")
    assert diameters.mean() == pytest.approx(10, rel=0.001)
    assert diameters.std() / diameters.mean() == pytest.approx(settings.samples["beads_10um"].cv, rel=0.03)


def test_no_diameter_lies_outside_of_the_bounds(settings):
    for sample in settings.samples.values():
        for name in sample.per_ml:
            diameters = diameters_um(np.random.default_rng(1), settings.kinds[name], sample, 5000)
            low, high = bounds_um(settings.kinds[name], sample)
            assert low <= diameters.min()
            assert diameters.max() <= high


def test_a_sample_may_have_its_own_law_of_a_kind(settings):
    own = Power(law="power", exponent=1.5, low=5, high=60)
    sample = settings.samples["protein"].model_copy(update={"sizes": {"protein": own}})
    kind = kind_in(sample, "protein", settings.kinds)
    diameters = diameters_um(np.random.default_rng(2), kind, sample, MANY)
    below = (5**-1.5 - 20**-1.5) / (5**-1.5 - 60**-1.5)
    assert (diameters < 20).mean() == pytest.approx(below, abs=0.005)
    assert bounds_um(kind, sample) == (5, 60)
    assert kind.shape == settings.kinds["protein"].shape
    assert kind_in(settings.samples["protein"], "protein", settings.kinds) == settings.kinds["protein"]
