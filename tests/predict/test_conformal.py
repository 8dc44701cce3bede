"""Sets of classes: ranks, the Beta law of their coverage, and coverage of classes that are mistaken unequally."""

import numpy as np
import pytest

from stages.predict.doubt.conformal import coverage_range, covered, fit, sets
from tests.predict.test_calibration import scored


def probabilities_of(per_class, random):
    logits, truth = scored(per_class, random)
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True), truth


@pytest.mark.parametrize(("particles", "level", "held"), [(18, 0.95, 0), (19, 0.95, 1), (98, 0.99, 0), (99, 0.99, 1)])
def test_a_level_needs_so_many_particles(particles, level, held):
    """19 for 95 %, 99 for 99 %: then the threshold is the least probability; with one fewer every set holds it."""
    own = np.linspace(0.2, 0.9, particles)
    found = fit(np.column_stack([own, 1 - own]), np.zeros(particles, int), level)
    assert found[0] == (pytest.approx(0.2) if held else 0)
    assert found[1] == 0


def test_thresholds_are_the_quantiles_of_scores():
    """Another route: the score 1 - p, its quantile at k / n by the inverted distribution."""
    probabilities, truth = probabilities_of([200, 57, 80], np.random.default_rng(1))
    found = fit(probabilities, truth, 0.9)
    for number, threshold in enumerate(found):
        scores = 1 - probabilities[truth == number, number]
        rank = int(np.ceil((len(scores) + 1) * 0.9))
        assert 1 - threshold == pytest.approx(np.quantile(scores, rank / len(scores), method="inverted_cdf"))


@pytest.mark.parametrize(("particles", "low", "high"), [(80, 0.906, 0.983), (1000, 0.938, 0.961)])
def test_coverage_follows_a_beta_law(particles, low, high):
    assert coverage_range(particles, 0.95) == pytest.approx((low, high), abs=6e-4)


def test_too_few_particles_cover_all():
    assert coverage_range(18, 0.95) == (1.0, 1.0)


def test_each_class_is_covered_as_stated():
    random, found = np.random.default_rng(2), []
    for _ in range(60):
        known, other = probabilities_of([400, 99, 60], random), probabilities_of([300] * 3, random)
        found.append(covered(sets(other[0], fit(*known, 0.95)), other[1]))
    exact = [np.ceil((n + 1) * 0.95) / (n + 1) for n in (400, 99, 60)]
    assert np.mean(found, axis=0) == pytest.approx(exact, abs=0.012)


def test_a_set_may_hold_none_or_several():
    found = sets(np.array([[0.5, 0.5], [0.9, 0.1]]), np.array([0.4, 0.45]))
    assert found.tolist() == [[True, True], [True, False]]
    assert sets(np.array([[0.5, 0.5]]), np.array([0.6, 0.7])).sum() == 0


def test_classes_without_particles_have_no_coverage():
    assert np.isnan(covered(np.ones((2, 2), bool), np.zeros(2, int))[1])
