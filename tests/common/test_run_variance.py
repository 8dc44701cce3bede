import numpy as np
import pytest

from stages.common.run_variance import moments, pooled, run_variance_of, stacked


def draws(random, *, run_cv, volumes, mean, shape):
    volumes = np.asarray(volumes)
    rate = random.gamma(run_cv**-2, run_cv**2, (*shape, len(volumes))) if run_cv else 1.0
    return random.poisson(mean * volumes * rate, (*shape, len(volumes)))


def test_equal_volumes_are_the_excess_over_the_mean():
    """s2 = sum(S2 - mean) / sum(mean^2), with S2 the usual variance."""
    samples = np.array([[90, 130, 110], [410, 350, 500], [12, 9, 20]])
    found = pooled(stacked([moments(own, np.full(3, 0.7)) for own in samples]))
    means, variances = samples.mean(axis=1), samples.var(axis=1, ddof=1)
    assert found.value == pytest.approx((variances - means).sum() / (means**2).sum())
    assert found.freedom == 6


@pytest.mark.parametrize("run_cv", [0.0, 0.15])
def test_unbiased_in_unequal_volumes(run_cv):
    random = np.random.default_rng(1)
    volumes = [0.3, 1.0, 2.2, 0.7]
    counts = [draws(random, run_cv=run_cv, volumes=volumes, mean=mean, shape=(20_000,)) for mean in (200, 500)]
    found = pooled(stacked([moments(own, volumes) for own in counts]))
    error = found.value.std() / np.sqrt(len(found.value))
    assert found.value.mean() == pytest.approx(run_cv**2, abs=4 * error + 0.01 * run_cv**2)


def test_the_uncertainty_is_that_of_repeated_studies():
    random = np.random.default_rng(2)
    counts = [draws(random, run_cv=0.1, volumes=np.ones(3), mean=300, shape=(20_000,)) for _ in range(5)]
    found = pooled(stacked([moments(own, np.ones(3)) for own in counts]))
    assert np.median(found.uncertainty) == pytest.approx(found.value.var(), rel=0.2)


def test_a_sample_whose_runs_disagree_keeps_its_own_variance():
    quiet = [[100, 104, 97], [205, 190, 201], [51, 49, 55], [300, 310, 295]]
    wild = [100, 400, 900]
    found = stacked([moments(np.array(own), np.ones(3)) for own in [*quiet, wild]])
    alone = run_variance_of(found, 4)
    assert alone.freedom == 2
    assert alone.value == pytest.approx(pooled(stacked([moments(np.array(wild), np.ones(3))])).value)
    assert run_variance_of(stacked([moments(np.array(own), np.ones(3)) for own in quiet]), 0).freedom == 8


def test_single_runs_and_zeros_tell_nothing():
    found = pooled(stacked([moments(np.array([50]), np.ones(1)), moments(np.zeros(3), np.ones(3))]))
    assert found.value == 0
    assert found.freedom == 0
