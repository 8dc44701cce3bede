import numpy as np
import pytest
from scipy import stats

from stages.compare.transfer.count import predicted_count


@pytest.mark.parametrize("expected", [3.0, 30.0, 3000.0])
def test_a_known_expectation_leaves_poisson(expected):
    found = predicted_count(np.array([1.0]), np.array([np.log(expected)]), np.array([1e-9]))
    assert found.expected == pytest.approx(expected, rel=1e-4)
    law = stats.poisson(expected)
    for count, tail in ((found.low, 0.05), (found.high, 0.95)):
        assert law.cdf(count) - law.pmf(count) / 2 >= tail
        assert law.cdf(count - 1) - law.pmf(count - 1) / 2 < tail


@pytest.mark.parametrize("middle", [np.log(8), np.log(400)])
def test_a_mixture_has_the_quantiles_of_draws(middle):
    weight, mean, sd = np.array([0.5, 0.3, 0.2]), middle + np.array([0, 0.1, -0.1]), np.array([0.1, 0.25, 0.6])
    found = predicted_count(weight, mean, sd**2)
    random = np.random.default_rng(2)
    part = random.choice(3, 400_000, p=weight)
    drawn = random.poisson(np.exp(random.normal(mean[part], sd[part])))
    for count, tail in ((found.low, 0.05), (found.high, 0.95)):
        assert (drawn < count).mean() < tail + 0.003 < (drawn <= count).mean() + 0.006


def test_nothing_to_expect_is_nothing_to_see():
    found = predicted_count(np.array([1.0]), np.array([np.log(0.01)]), np.array([0.04]))
    assert (found.low, found.high) == (0, 1)
