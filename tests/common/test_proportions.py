"""Intervals of shares: published values, exact tails, and the edges where rounding bites."""

import pytest
from scipy.stats import binom

from stages.common.proportions import clopper_pearson, counted, wilson


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_limits_that_newcombe_printed(hits, total, low, high):
    """Newcombe 1998 (Statistics in Medicine 17:857), Table I, method 3."""
    assert wilson(hits, total) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("hits", "total"), [(3, 827), (117, 121), (1, 5)])
def test_clopper_pearson_leaves_a_fortieth_in_each_tail(hits, total):
    low, high = clopper_pearson(hits, total)
    assert binom.sf(hits - 1, total, low) == pytest.approx(0.025)
    assert binom.cdf(hits, total, high) == pytest.approx(0.025)


@pytest.mark.parametrize("interval", [wilson, clopper_pearson])
@pytest.mark.parametrize("total", [3, 7, 121, 500_000])
def test_none_and_all_stay_inside(interval, total):
    assert interval(0, total)[0] == 0 and interval(total, total)[1] == 1


@pytest.mark.parametrize("interval", [wilson, clopper_pearson])
def test_nothing_counted_says_nothing(interval):
    assert interval(0, 0) == (0.0, 1.0)
    assert counted(0, 0) == {"value": 0.0, "low": 0.0, "high": 1.0}
