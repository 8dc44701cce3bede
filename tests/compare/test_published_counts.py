"""Counts of published examples: the tests that the comparison's intervals rest on, in their published numbers."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.rates import confint_poisson_2indep
from statsmodels.stats.rates import test_poisson_2indep as poisson_two

from stages.common.run_variance import moments
from stages.compare.ratio import equivalence_p, exact_ratio, ratio_of
from stages.compare.samples import replicate_spread
from tests.compare.test_ratio import GU, rates

# Margolin 1981, Breslow 1984: revertant Salmonella colonies on three plates a dose.
DOSES = np.array([0, 10, 33, 100, 333, 1000])
PLATES = np.array([[15, 21, 29], [16, 18, 21], [16, 26, 33], [27, 41, 60], [33, 38, 41], [20, 27, 42]])


def test_dispersion_of_the_plates_is_the_published_one_in_two_parts():
    """Pearson's chi-square of the published model, 15 x 3.0847126, is that of plates around their dose's mean, which
    the replicates' dispersion gives, and of these means around the curve."""
    dose = np.repeat(DOSES, 3) / 1000
    design = np.column_stack([np.ones(18), dose, np.log(1000 * dose + 10)])
    model = sm.GLM(PLATES.ravel(), design, family=sm.families.Poisson()).fit()
    assert model.params == pytest.approx([2.172773, -1.013032, 0.319825], abs=5e-7)
    assert model.pearson_chi2 / 15 == pytest.approx(3.0847126, abs=2e-6)
    assert model.deviance == pytest.approx(43.71575, abs=5e-6)
    quasi = model.bse * np.sqrt(model.pearson_chi2 / 15) / [1, 1000, 1]
    assert quasi == pytest.approx([0.3836309, 0.0004306869, 0.1001136], rel=1e-6)
    within = [2 * replicate_spread(plates, np.ones(3))["dispersion"] for plates in PLATES]
    assert within == pytest.approx([((plates - plates.mean()) ** 2 / plates.mean()).sum() for plates in PLATES])
    assert sum(within) < model.pearson_chi2


def test_the_moments_of_plates_are_those_of_their_sum_of_squares():
    for plates in PLATES:
        count, runs, square, poisson, scale = moments(plates, np.ones(3))
        assert (count, runs) == (plates.sum(), 3)
        assert square == pytest.approx(2 * plates.var(ddof=1))
        assert poisson == pytest.approx(2 * plates.mean())
        assert scale == pytest.approx(2 * plates.mean() ** 2)


def test_negative_binomial_of_the_plates_is_the_published_one():
    """What statsmodels' fit, on a scaled dose, gives of variances mu + mu^2 / theta; theta is the likelihood's."""
    dose = np.repeat(DOSES, 3) / 1000
    design = np.column_stack([np.ones(18), dose, np.log(1000 * dose + 10)])
    model = sm.NegativeBinomial(PLATES.ravel(), design).fit(disp=0, maxiter=500, gtol=1e-10)
    intercept, slope, power, alpha = model.params
    assert intercept == pytest.approx(2.197627, abs=5e-7)
    assert slope / 1000 == pytest.approx(-0.0009802996, abs=5e-11)
    assert power == pytest.approx(0.3125097, abs=5e-8)
    assert 1 / alpha == pytest.approx(20.505083, abs=5e-7)
    assert model.llf == pytest.approx(-62.8895885, abs=5e-8)


def test_a_second_published_ratio():
    """Gu 2008: 41 in 28010 against 15 in 19017, not larger than 1.5 times."""
    pair = rates((15, 19017), (41, 28010))
    for method, p in (("wald", 0.2309), ("score", 0.2398), ("exact-cond", 0.2913), ("cond-midp", 0.245)):
        found = poisson_two(41, 28010, 15, 19017, value=1.5, method=method, alternative="larger", compare="ratio")
        assert found.pvalue == pytest.approx(p, abs=5e-5), method
    ends = [exact_ratio(*pair, level=level)[0] for level in (1 - 2 * 0.2916, 1 - 2 * 0.2913)]
    assert min(ends) < 1.5 < max(ends)
    log = poisson_two(41, 28010, 15, 19017, value=1.5, method="wald-log", alternative="larger", compare="ratio")
    assert equivalence_p(*pair, (1.5, 100)) == pytest.approx(log.pvalue, rel=1e-6)


def test_the_published_ratio_by_other_methods():
    """Gu 2008: p of four tests, and the interval of the log's ratio lies between the exact ends and the other two's."""
    for method, p in (("wald", 0.000356), ("score", 0.000316), ("wald-log", 0.00042), ("sqrt", 0.000285)):
        found = poisson_two(60, 51477.5, 30, 54308.7, method=method, alternative="larger", compare="ratio")
        assert found.pvalue == pytest.approx(p, abs=5e-7), method
    mover = {
        method: confint_poisson_2indep(60, 51477.5, 30, 54308.7, method=method, compare="ratio", alpha=0.1)
        for method in ("mover", "score")
    }
    print(mover)
    _, low, high = ratio_of(*GU)
    exact = exact_ratio(*GU, level=0.90)
    assert exact[0] < low < 1.4667 and 3.0424 < high < exact[1]


def test_fay_2010_p_is_where_the_interval_touches_one():
    low, high = exact_ratio(*rates((9, 16660), (2, 17877)), level=1 - 0.05011)
    assert low < high == pytest.approx(1, abs=2e-4)
