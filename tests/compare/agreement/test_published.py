"""Agreement's statistics against published examples, and what they do where the data run out."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from stages.compare.agreement.bland_altman import limits_of_agreement, variance_within
from stages.compare.agreement.concordance import concordance
from stages.compare.agreement.deming import deming
from stages.compare.agreement.passing_bablok import passing_bablok
from tests.compare.agreement import published


def single(values):
    return [np.array([value]) for value in values]


def test_limits_of_peak_flow():
    found = limits_of_agreement(single(published.MINI), single(published.WRIGHT), multiple=2)
    assert found.bias == pytest.approx(-2.1176, abs=5e-5)
    assert found.sd == pytest.approx(38.7651, abs=5e-5)
    assert (found.low, found.high) == pytest.approx((-79.648, 75.413), abs=5e-4)
    assert found.bias_interval == pytest.approx((-22.05, 17.81), abs=5e-3)
    assert found.low_interval == pytest.approx((-114.17, -45.13), abs=5e-3)
    assert found.high_interval == pytest.approx((40.89, 109.93), abs=5e-3)


def test_limits_on_the_log_scale():
    found = limits_of_agreement(single(np.log(published.HURLEY)), single(np.log(published.NADLER)))
    assert found.bias == pytest.approx(0.0988998, abs=5e-8)
    assert found.sd == pytest.approx(0.0217008, abs=5e-8)
    assert (found.low, found.high) == pytest.approx((0.05637, 0.14143), abs=5e-6)
    assert np.exp([found.bias, found.low, found.high]) == pytest.approx([1.10396, 1.05799, 1.15192], abs=5e-6)


def test_limits_with_unequal_replicates():
    found = limits_of_agreement(published.IMPEDANCE, published.VENTRICULOGRAPHY)
    assert found.bias == pytest.approx(0.7092361, abs=5e-8)
    assert found.sd == pytest.approx(1.0518506, abs=5e-8)
    assert (found.low, found.high) == pytest.approx((-1.3524, 2.7709), abs=5e-5)
    half = (found.bias_interval[1] - found.bias_interval[0]) / 2
    assert 12 * (half / stats.t.ppf(0.975, 11)) ** 2 == pytest.approx(0.9126912, abs=5e-8)
    assert variance_within(published.VENTRICULOGRAPHY) == pytest.approx(0.1072278, abs=5e-8)
    assert variance_within(published.IMPEDANCE) == pytest.approx(0.1378741, abs=5e-8)
    for readings in (published.VENTRICULOGRAPHY, published.IMPEDANCE):
        assert np.mean([1 / len(own) for own in readings]) == pytest.approx(0.2097222, abs=5e-8)


def test_repeatability_of_peak_flow():
    """Twice the standard deviation of the differences between two readings of a subject, whose mean is taken as 0."""
    for first, second, coefficient in (
        (published.WRIGHT, published.WRIGHT_SECOND, 43.29),
        (published.MINI, published.MINI_SECOND, 56.32),
    ):
        within = variance_within([np.array(pair) for pair in zip(first, second, strict=True)])
        assert 2 * np.sqrt(2 * within) == pytest.approx(coefficient, abs=5e-3)


def test_limits_of_thirty_pairs():
    found = limits_of_agreement(single(published.GIAVARINA_B), single(published.GIAVARINA_A))
    assert found.bias == pytest.approx(-27.1667, abs=5e-5)
    assert found.sd == pytest.approx(34.8059, abs=5e-5)
    assert (found.low, found.high) == pytest.approx((-95.386, 41.053), abs=5e-4)
    a, b = np.array(published.GIAVARINA_A, float), np.array(published.GIAVARINA_B, float)
    share = 100 * (a - b) / ((a + b) / 2)
    found = limits_of_agreement(single(np.zeros(30)), single(share))
    assert found.bias == pytest.approx(-17.3999, abs=5e-5)
    assert found.sd == pytest.approx(38.662, abs=5e-4)


def test_limits_need_two_subjects():
    with pytest.raises(ValueError, match="two subjects"):
        limits_of_agreement(single([1.0]), single([2.0]))


def test_identical_readings_have_no_spread():
    found = limits_of_agreement(single([1.0, 2.0, 3.0]), single([1.0, 2.0, 3.0]))
    assert (found.bias, found.sd, found.low, found.high) == (0, 0, 0, 0)


def test_deming_of_peak_flow():
    line = deming(published.WRIGHT, published.MINI)
    assert line.slope == pytest.approx(0.9708808, abs=5e-8)
    assert line.intercept == pytest.approx(15.2315555, abs=5e-8)
    assert line.slope_interval == pytest.approx((0.6745729, 1.2671887), abs=5e-8)
    assert line.intercept_interval == pytest.approx((-132.86056, 163.32368), abs=5e-6)
    for (low, high), error in ((line.slope_interval, 0.1390171), (line.intercept_interval, 69.4795334)):
        assert (high - low) / 2 / stats.t.ppf(0.975, 15) == pytest.approx(error, abs=5e-8)


def test_deming_of_thirty_pairs():
    line = deming(published.GIAVARINA_A, published.GIAVARINA_B)
    assert (line.slope, line.intercept) == pytest.approx((1.0461891, 10.3445848), abs=5e-8)


def test_deming_with_a_variance_of_each_point():
    aas, aes = published.ARSENATE["aas"], published.ARSENATE["aes"]
    line = deming(aas, aes, np.square(published.ARSENATE["se.aas"]), np.square(published.ARSENATE["se.aes"]))
    assert line.intercept == pytest.approx(0.106448, abs=5e-7)
    assert line.slope == pytest.approx(0.973, abs=5e-4)


def test_deming_is_the_same_line_with_the_methods_changed():
    one, other = deming(published.WRIGHT, published.MINI), deming(published.MINI, published.WRIGHT)
    assert one.slope * other.slope == pytest.approx(1, rel=1e-7)


def test_deming_needs_three_points():
    with pytest.raises(ValueError, match="three points"):
        deming([1, 2], [1, 2])


def test_passing_bablok_of_peak_flow():
    line = passing_bablok(published.WRIGHT, published.MINI)
    assert line.slope == pytest.approx(1.0648148, abs=5e-8)
    assert line.intercept == pytest.approx(-24.3055556, abs=5e-7)
    assert line.slope_interval == pytest.approx((0.8370787, 1.3968254), abs=5e-8)
    assert line.intercept_interval == pytest.approx((-178.031746, 82.9382022), abs=5e-7)


def test_ranks_of_passing_bablok_are_the_published_ones():
    """135 slopes without the one of exactly -1, 13 below -1; the interval's ends are those of ranks 44 and 92 after."""
    pairs = combinations(zip(published.WRIGHT, published.MINI, strict=True), 2)
    fractions = [Fraction(d - b, c - a) for (a, b), (c, d) in pairs]
    slopes = sorted(slope for slope in fractions if slope != -1)
    assert (len(fractions), len(slopes)) == (136, 135)
    assert sum(slope < -1 for slope in slopes) == 13
    line = passing_bablok(published.WRIGHT, published.MINI)
    assert line.slope_interval == pytest.approx((slopes[13 + 44 - 1], slopes[13 + 92 - 1]), rel=1e-15)


def test_passing_bablok_is_sens_line():
    line = passing_bablok([1, 2, 3, 4, 10, 12, 18], [9, 15, 19, 20, 45, 55, 78], level=0.93)
    assert (line.slope, line.intercept) == (4, 6)
    assert line.slope_interval == pytest.approx((26 / 7, 35 / 8))


def test_passing_bablok_of_noise():
    line = passing_bablok([1, 2, 3, 4, 5, 6], [2, 1.2, 4.1, 3.5, 6.3, 3])
    assert (line.slope, line.intercept) == pytest.approx((1.05, 0.125))
    assert line.slope_interval == pytest.approx((-0.6, 2.9))


def test_passing_bablok_of_thirty_pairs():
    line = passing_bablok(published.GIAVARINA_A, published.GIAVARINA_B)
    assert (line.slope, line.intercept) == pytest.approx((1.0553122, 7.0818558), abs=5e-8)


def test_passing_bablok_changes_places_with_the_methods():
    line, other = (
        passing_bablok(*pair)
        for pair in ((published.WRIGHT, published.MINI),) * 1 + ((published.MINI, published.WRIGHT),)
    )
    assert line.slope * other.slope == pytest.approx(1)


def test_passing_bablok_of_four_points_has_no_interval():
    with pytest.raises(ValueError, match="too few"):
        passing_bablok([1, 2, 3, 4], [1, 2, 3, 4])


def test_passing_bablok_of_ties():
    line = passing_bablok([1, 1, 2, 3, 4, 5], [1, 1, 2, 3, 4, 5])
    assert (line.slope, line.intercept) == (1, 0)


def test_concordance_of_peak_flow():
    found = concordance(published.WRIGHT, published.MINI)
    assert found.value == pytest.approx(0.9427424, abs=5e-8)
    assert found.pearson == pytest.approx(0.9432794, abs=5e-8)
    assert found.accuracy == pytest.approx(0.9994307, abs=5e-8)
    assert found.interval == pytest.approx((0.8504919, 0.9787263), abs=5e-8)
    z = stats.norm.ppf(0.975)
    error = np.diff(np.arctanh(found.interval))[0] / 2 / z * (1 - found.value**2)
    assert error == pytest.approx(0.0286167, abs=5e-8)
    assert (found.value - z * error, found.value + z * error) == pytest.approx((0.8866547, 0.9988302), abs=5e-8)


def test_concordance_of_the_same_is_one_and_of_a_constant_nothing():
    assert concordance([1, 2, 3], [1, 2, 3]).value == pytest.approx(1)
    with pytest.raises(ValueError, match="differ"):
        concordance([1, 1, 1], [1, 2, 3])
