import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from stages.compare.dilution import families, fit_line, linearity
from stages.compare.rate import Blank
from tests.compare.agreement import published


def test_a_certified_line():
    """NIST StRD Norris."""
    fit = fit_line(published.NORRIS_X, published.NORRIS_Y, np.ones(36))
    assert fit.slope == pytest.approx(1.00211681802045, rel=1e-13)
    assert fit.intercept == pytest.approx(-0.262323073774029, rel=1e-12)
    assert fit.slope_se == pytest.approx(0.000429796848199937, rel=1e-10)
    assert fit.intercept_se == pytest.approx(0.232818234301152, rel=1e-10)
    assert fit.residual_sd == pytest.approx(0.884796396144373, rel=1e-10)
    assert fit.curvature_p == pytest.approx(0.197, abs=5e-4)


def test_weights_and_lack_of_fit_are_statsmodels():
    random = np.random.default_rng(7)
    x = np.repeat([0.0, 1, 2, 3], [3, 2, 2, 4])
    y = 1 + 0.9 * x + 0.1 * (x == 2) + random.normal(0, 0.1, len(x))
    variance = random.uniform(0.5, 2, len(x))
    fit = fit_line(x, y, variance)
    line = sm.WLS(y, sm.add_constant(x), 1 / variance).fit()
    free = sm.WLS(y, np.eye(4)[np.searchsorted([0, 1, 2, 3], x)], 1 / variance).fit()
    assert (fit.intercept, fit.slope) == pytest.approx(tuple(line.params))
    assert fit.slope_interval == pytest.approx(tuple(line.conf_int()[1]))
    assert fit.lack_of_fit_p == pytest.approx(free.compare_f_test(line)[1])


def test_two_levels_have_a_slope_and_no_lack_of_fit():
    fit = fit_line([0, 0, 1, 1], [0.0, 0.1, 1.0, 1.1], np.ones(4))
    assert fit.slope == pytest.approx(1)
    assert fit.lack_of_fit_p is None
    with pytest.raises(ValueError, match="two levels"):
        fit_line([1, 1, 1], [1, 2, 3], np.ones(3))


def test_families_reach_to_the_undiluted_sample():
    runs = pd.DataFrame({"sample": ["a", "b", "c", "d", "e"], "parent": [None, "a", "b", None, "d"]})
    assert families(runs) == {"a": ["a", "b", "c"], "d": ["d", "e"]}


def test_a_circle_of_parents_ends():
    families(pd.DataFrame({"sample": ["a", "b"], "parent": ["b", "a"]}))


def diluted(counts_by_dilution, imaged_ml=1.0):
    rows = [(dilution, count) for dilution, counts in counts_by_dilution.items() for count in counts]
    return pd.DataFrame(rows, columns=["dilution", "count"]).assign(imaged_ml=imaged_ml)


def test_proportional_counts_have_slope_one():
    found = linearity(diluted({1: [8000, 8000], 2: [4000, 4000], 4: [2000, 2000]}), 0.0, None)
    assert found["slope"] == pytest.approx(1)
    assert found["left_out"] == 0


def test_a_blank_bends_the_line_until_it_is_taken_off():
    """50 particles of the diluent in each run."""
    rows = diluted({1: [810, 890], 4: [240, 260], 16: [95, 105]})
    assert linearity(rows, 0.0, None)["slope"] < 0.85
    found = linearity(rows, 0.0, Blank(50.0, 1.0))
    assert found["slope_low"] < 1 < found["slope_high"]
    assert found["slope"] == pytest.approx(1, abs=0.02)


def test_coincidence_is_found_as_lack_of_fit():
    """A detector that misses half of what is dense."""
    rows = diluted({1: [5000, 5100, 4900], 2: [4000, 4100, 3950], 4: [2000, 2050, 1950], 8: [1000, 1040, 970]})
    assert linearity(rows, 0.0, None)["lack_of_fit_p"] < 0.001


def test_runs_without_particles_are_named():
    found = linearity(diluted({1: [80], 2: [0], 4: [20], 8: [9]}), 0.0, None)
    assert (found["runs"], found["left_out"]) == (3, 1)
    assert "fewer than 3" in linearity(diluted({1: [80], 2: [40]}), 0.0, None)["reason"]
