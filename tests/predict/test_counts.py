"""Class counts: against closed forms, published numbers, a general optimizer, and the truth of a score model."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import log_softmax
from scipy.stats import gamma

from benchmarks.predict_counts_methods import expected_counts, inverted
from stages.predict.counts.by_size import counted_from, matrices_from
from stages.predict.counts.counted import Count, counted
from stages.predict.counts.detection import detectable
from stages.predict.counts.likelihood import fitted, profiles, without
from stages.predict.counts.matrix import CORRELATION, EXPECTED, correlation_of, matrix_of
from stages.predict.counts.replicates import over_runs, run_variances
from stages.predict.counts.strata import DEPTH, counts_in, strata
from tests.predict.test_conformal import probabilities_of

KNOWN = np.array([[98.0, 1, 1], [4, 95, 1], [2, 2, 96]])  # of a hundred particles of each class, called each class


def laws(counts: np.ndarray, rows: np.ndarray):
    return profiles(counts, rows, fitted(counts, rows))


def test_expectation_and_maximization_of_ten_particles():
    """Seven of (0.6, 0.4) and three of (0.2, 0.8) have their likelihood's maximum at the share 1/3."""
    probabilities = np.array([[0.6, 0.4]] * 7 + [[0.2, 0.8]] * 3)
    assert expected_counts(probabilities) == pytest.approx([10 / 3, 20 / 3], rel=1e-5)


def test_inversion_gives_rogan_and_gladens_estimate():
    """Called 0.2 of 500 where 0.9 of the class and 0.05 of the others are called so."""
    assert inverted(np.array([100, 400]), np.array([[0.9, 0.1], [0.05, 0.95]]))[0] / 500 == pytest.approx(0.15 / 0.85)


def test_inversion_of_three_classes():
    assert inverted(np.array([1400, 60, 40]), KNOWN / 100) == pytest.approx([1426.09, 47.59, 26.32], abs=0.005)


def test_a_matrix_known_exactly_gives_the_inverse():
    """With endless known particles and no number below 0 the likelihood's maximum is the inverted matrix."""
    found = fitted(np.array([1400.0, 60, 40]), 1e7 * KNOWN)
    assert found.numbers[0] == pytest.approx([1426.09, 47.59, 26.32], abs=0.02)


@pytest.mark.parametrize("count", [0, 1, 4, 30, 400])
def test_without_mistakes_the_law_is_jeffreys(count):
    law = laws(np.array([float(count), 50]), 1e7 * np.eye(2) + 1e-6)[0]
    at = np.array([0.05, 0.5, 0.95])
    assert law.quantiles(at) == pytest.approx(gamma.ppf(at, count + 0.5), rel=0.03, abs=0.03)


def test_the_interval_is_lang_and_reiczigels_wider_by_counting():
    """500 particles, 100 called; 0.9 of 300 and 0.05 of 800 known. They give 0.1341 to 0.2233 of a fixed 500 (2014);
    that 500 is a count itself makes the standard deviation sqrt(500) 0.176 larger in square."""
    law = laws(np.array([100.0, 400]), np.array([[270.0, 30], [40, 760]]))[0]
    low, middle, high = law.quantiles(np.array([0.025, 0.5, 0.975]))
    assert middle == pytest.approx(500 * 0.17647, abs=1)
    wider = np.sqrt(1 + 500 * 0.17647**2 / (500 * (0.2233 - 0.1341) / 3.92) ** 2)
    assert high - low == pytest.approx(500 * (0.2233 - 0.1341) * wider, rel=0.03)


def held_likelihood(counts: np.ndarray, rows: np.ndarray, number: int, value: float) -> float:
    """Highest log likelihood with one class's number held, by a general optimizer over logarithms and softmax."""
    classes, size = rows.shape

    def loss(parameters: np.ndarray) -> float:
        numbers = np.insert(np.exp(parameters[: classes - 1]), number, value)
        logs = log_softmax(parameters[classes - 1 :].reshape(classes, size), axis=1)
        expected = numbers @ np.exp(logs)
        return -(counts @ np.log(expected) - numbers.sum() + (rows * logs).sum())

    start = np.concatenate([np.full(classes - 1, np.log(counts.sum() / classes)), np.log(rows).ravel()])
    return -minimize(loss, start, method="L-BFGS-B", options={"maxfun": 100_000, "maxiter": 10_000}).fun


def test_profiles_agree_with_a_general_optimizer():
    counts, rows = np.array([300.0, 40, 25, 12]), np.array([[90.0, 8, 1, 1], [5, 30, 6, 1], [1, 2, 9, 20]])
    best = fitted(counts, rows).log_likelihood[0]
    for number, law in enumerate(laws(counts, rows)):
        nearest = int(np.argmax(law.density > 0.3))
        expected = held_likelihood(counts, rows, number, law.root[nearest] ** 2)
        assert np.log(law.density[nearest]) == pytest.approx(expected - best, abs=0.01)
        none = without(counts, rows, number).log_likelihood[0]
        assert none == pytest.approx(held_likelihood(counts, rows, number, 1e-12), abs=0.01)


def test_currie_of_450_particles():
    """One in a hundred of 450 passes for the class, as 5,860 known ones tell: 9.9 to detect."""
    rows = np.array([[5860 * 0.99, 5860 * 0.01], [1e-9, 1e6]])
    assert detectable(without(np.array([445.5, 4.5]), rows, 1), rows, 1) == pytest.approx(9.9, abs=0.1)


def test_a_class_that_nothing_passes_for_takes_three_particles():
    """Currie's limit without background is Z squared, 2.71, however many strata the class falls in."""
    rows = np.array([[1e7, 1e-9, 1e-9], [1e-9, 2e6, 8e6]])
    assert detectable(without(np.array([450.0, 0, 0]), rows, 1), rows, 1) == pytest.approx(2.706, abs=0.01)


def test_strata_part_the_sure_from_the_doubtful():
    probabilities = np.array([[0.6, 0.4], [0.75, 0.25], [0.001, 0.999], [0.2, 0.8]])
    assert strata(probabilities).tolist() == [0, 1, 2 * DEPTH - 1, DEPTH + 1]
    assert counts_in(probabilities).sum() == 4


def test_one_run_is_worth_fewer_particles_than_it_holds():
    """400 particles of one run, for a sample of one run: each of 1 + 399 rho + 400 rho."""
    probabilities, truth = probabilities_of([400, 50, 50], np.random.default_rng(1))
    found = matrix_of(probabilities, truth, truth)
    assert found.correlation == CORRELATION
    assert found.counts.sum(axis=1).tolist() == [400, 50, 50]
    worth = 400 / (1 + 799 * CORRELATION)
    assert found.rows().sum(axis=1)[0] == pytest.approx(worth + EXPECTED)
    assert found.rows(runs=4).sum(axis=1)[0] == pytest.approx(400 / (1 + 499 * CORRELATION) + EXPECTED)


@pytest.mark.parametrize("correlation", [0.0, 0.03])
def test_the_correlation_within_runs_is_found(correlation):
    random, found = np.random.default_rng(2), []
    truth, run = np.repeat([0, 1], 6 * 80), np.repeat(np.arange(12), 80)
    for _ in range(60):
        size = (1 - correlation) / max(correlation, 1e-9)
        share = random.beta(0.8 * size, 0.2 * size, 12) if correlation else np.full(12, 0.8)
        called = np.where(random.random(len(run)) < share[run], truth, 1 - truth)
        found.append(correlation_of(called, truth, run))
    assert np.mean(found) == pytest.approx(correlation, abs=0.006)


def test_single_runs_tell_of_no_correlation():
    assert correlation_of(np.array([0, 1, 1, 0]), np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1])) == 0


@pytest.mark.parametrize("expected", [[600.0, 6, 3], [100, 100, 100], [900, 0, 25]])
def test_nine_intervals_in_ten_hold_the_truth(expected):
    """Known particles are few, and drawn anew each time."""
    random, draws = np.random.default_rng(3), 60
    held, decided = np.zeros(3), np.zeros(3)
    for _ in range(draws):
        known = probabilities_of([400, 80, 80], random)
        matrix = matrix_of(*known, known[1])
        sample, _ = probabilities_of(random.poisson(expected).tolist(), random)
        found = counted(sample, matrix, 0.9)
        held += [count.low <= mean <= count.high for count, mean in zip(found, expected, strict=True)]
        decided += [count.found for count in found]
    assert (held / draws).min() >= 0.8
    assert (held[np.array(expected) > 50] / draws <= 0.98).all()
    assert (decided[np.array(expected) == 0] / draws <= 0.1).all()


def test_as_many_as_are_detectable_are_found():
    random, found = np.random.default_rng(4), []
    known = probabilities_of([2000, 400, 400], random)
    matrix = matrix_of(*known, known[1])
    none, _ = probabilities_of([600, 0, 0], random)
    limit = counted(none, matrix)[2].detectable
    for _ in range(60):
        sample, _ = probabilities_of([*random.poisson([600, 0]), random.poisson(limit)], random)
        found.append(counted(sample, matrix)[2].found)
    assert np.mean(found) >= 0.87


def test_an_empty_run_is_told_by_counting_alone():
    probabilities, truth = probabilities_of([100, 50, 50], np.random.default_rng(5))
    for count in counted(np.empty((0, 3)), matrix_of(probabilities, truth, truth)):
        assert (count.low, count.found, count.called) == (0, False, 0)
        assert count.high == pytest.approx(gamma.ppf(0.975, 0.5), rel=0.05)


def test_counts_are_given_for_each_millilitre():
    count = Count(10.0, 5.0, 20.0, True, 3.0, 12)
    assert count.over(0.5) == {"number": 20, "low": 10, "high": 40, "detectable": 6, "found": True}


def test_thresholds_count_the_particles_that_reach_them():
    random = np.random.default_rng(6)
    known, sample = probabilities_of([300, 80, 80], random), probabilities_of([200, 30, 0], random)[0]
    sizes, own = random.uniform(1, 30, len(known[1])), random.uniform(1, 30, len(sample))
    matrices = matrices_from([2, 10, 40], sizes, *known, known[1])
    found = counted_from([2, 10, 40], own, sample, matrices)
    assert found[1] == counted(sample[own >= 10], matrix_of(*(each[sizes >= 10] for each in (*known, known[1]))))
    assert [count.called for count in found[2]] == [0, 0, 0]


def test_runs_that_differ_by_counting_alone_have_no_variance():
    random = np.random.default_rng(7)
    called = [random.poisson(100, (3, 2)) for _ in range(400)]
    found = run_variances(called, [np.ones(3)] * 400)
    assert [float(each.value) for each in found] == pytest.approx([0, 0], abs=2e-3)
    assert found[0].freedom == 800


def test_an_interval_over_runs_is_wider_by_what_they_differ():
    """Sixty samples of three runs with counts that vary by a fifth; the runs' part alone: t_120(0.95) 0.2 / sqrt(3)."""
    random = np.random.default_rng(8)
    called = [random.poisson(1e5 * random.gamma(25, 1 / 25, (3, 1))) for _ in range(60)]
    spread = run_variances(called, [np.ones(3)] * 60)[0]
    sure = Count(1e6, 1e6, 1e6, True, 1.0, 10**6)
    wider = over_runs(sure, spread, 3, 0.9)
    half = 1.6577 * np.sqrt(float(spread.value) / 3)
    assert (np.log(wider.high / 1e6), np.log(1e6 / wider.low)) == pytest.approx((half, half), rel=1e-3)
    assert float(spread.value) == pytest.approx(0.04, abs=0.012)


def test_samples_measured_once_add_nothing():
    spread = run_variances([np.array([[5, 1]])], [np.ones(1)])[0]
    count = Count(5.0, 2.0, 9.0, True, 3.0, 5)
    assert over_runs(count, spread, 1) == count


def test_a_matrix_of_large_particles_has_some_of_every_class():
    """Five of the second class reach 10 um: its 20 largest are taken; the first class has enough that do."""
    probabilities, truth = probabilities_of([100, 40, 30], np.random.default_rng(9))
    sizes = np.concatenate([np.full(100, 12.0), np.arange(40) - 25.0, np.full(30, 15.0)])
    found = matrices_from([10], sizes, probabilities, truth, truth)[0]
    assert found.counts.sum(axis=1).tolist() == [100, 20, 30]
    largest = probabilities[100:140][20:]
    assert found.counts[1].tolist() == counts_in(largest).tolist()
