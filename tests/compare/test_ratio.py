import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import t

from stages.compare.ratio import count_ratio, verdict

SECOND = np.array([False, False, False, True, True, True])


def coverage(draw, truth, repeats=400):
    hits = 0
    for _ in range(repeats):
        result = count_ratio(draw(), np.ones(6), SECOND)
        hits += result["low"] <= truth <= result["high"]
    return hits / repeats


def test_ratio_is_that_of_the_pooled_concentrations():
    result = count_ratio(np.array([30, 40, 10, 20]), np.array([1, 2, 1, 1]), np.array([0, 0, 1, 1]))
    assert result["ratio"] == pytest.approx((30 / 2) / (70 / 3))


def test_interval_is_that_of_the_generalized_linear_model():
    counts = np.array([310, 420, 120, 80, 150, 260])
    volumes = np.array([1.0, 1.3, 0.5, 0.6, 0.5, 1.1])
    design = np.column_stack([np.ones(6), SECOND])
    model = sm.GLM(counts, design, family=sm.families.Poisson(), offset=np.log(volumes)).fit(scale="X2", use_t=True)
    result = count_ratio(counts, volumes, SECOND)
    low, high = np.exp(model.conf_int(alpha=0.10)[1])
    assert result["dispersion"] == pytest.approx(model.scale)
    assert (result["low"], result["high"]) == pytest.approx((low, high), rel=1e-4)


def test_interval_without_over_dispersion_is_the_closed_form():
    """Var(log ratio) = 1/N_A + 1/N_B for two Poisson totals."""
    result = count_ratio(np.full(6, 100), np.ones(6), SECOND)
    half = t.ppf(0.95, 4) * np.sqrt(1 / 300 + 1 / 300)
    assert result["dispersion"] == 1
    assert np.log(result["high"]) == pytest.approx(half, rel=1e-4)
    assert np.log(result["low"]) == pytest.approx(-half, rel=1e-4)


def test_coverage_of_poisson_counts():
    """At least 90 %, less three standard errors; the dispersion's floor of 1 makes it cautious."""
    random = np.random.default_rng(5)
    covered = coverage(lambda: random.poisson(np.where(SECOND, 48, 80)), 0.6)
    assert 0.855 <= covered <= 0.99


def test_coverage_of_over_dispersed_counts():
    """Runs that vary by 20 % besides Poisson: a Poisson interval would cover far less."""
    random = np.random.default_rng(6)

    def draw():
        return random.poisson(np.where(SECOND, 240, 400) * random.gamma(25, 1 / 25, 6))

    assert 0.85 <= coverage(draw, 0.6) <= 0.96


def test_no_particle_and_no_replicate_are_said():
    assert "no particle" in count_ratio([5, 6, 0, 0], np.ones(4), [0, 0, 1, 1])["reason"]
    single = count_ratio([50, 60], np.ones(2), [0, 1])
    assert single["ratio"] == pytest.approx(1.2)
    assert "low" not in single
    assert verdict(single, (0.7, 1.43)) == "undecided"


@pytest.mark.parametrize(
    "low, high, word",
    [
        (0.8, 1.2, "within"),
        (0.5, 0.69, "outside"),
        (1.5, 2.0, "outside"),
        (0.6, 0.9, "undecided"),
        (0.1, 9, "undecided"),
    ],
)
def test_verdicts(low, high, word):
    assert verdict({"low": low, "high": high}, (0.7, 1.43)) == word
