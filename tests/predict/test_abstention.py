"""Abstention: what it promises of particles to come, what it costs, and where it can promise nothing."""

import numpy as np
import pytest

from stages.predict.doubt import calibration
from stages.predict.doubt.abstention import NEVER, answered, answers, curve, expected, fit
from tests.predict.test_calibration import scored
from tests.predict.test_conformal import probabilities_of


@pytest.mark.parametrize(("error_max", "least_answered"), [(0.05, 0.02), (0.1, 0.4)])
def test_the_stated_error_holds_for_particles_to_come(error_max, least_answered):
    """The classes overlap so far that 5 % allow hardly an answer."""
    random, errors, given = np.random.default_rng(1), [], []
    for _ in range(30):
        (known, truth), (other, of_other) = scored([400, 100, 100], random), scored([1000] * 3, random)
        found_by = calibration.fit(known, truth)
        thresholds = fit(found_by.probabilities(known), truth, error_max)
        found = answers(thresholds[None], found_by.probabilities(other), of_other)
        errors.append(found.wrong[0] / np.maximum(found.given[0], 1))
        given.append(found.answered[0])
    assert np.mean(errors, axis=0).max() <= error_max + 0.005
    assert np.mean(given, axis=0).min() > least_answered


def test_errors_are_those_counted_one_by_one():
    probabilities, truth = probabilities_of([50, 40, 30], np.random.default_rng(2))
    thresholds = np.array([0.6, 0.7, 0.8])
    found = answers(thresholds[None], probabilities, truth)
    gets = answered(probabilities, thresholds)
    for number in range(3):
        own = [row for row, label in zip(probabilities, truth, strict=True) if label == number]
        kept = [row.argmax() for row in own if row.max() > thresholds[row.argmax()]]
        assert found.given[0, number] == len(kept)
        assert found.wrong[0, number] == sum(called != number for called in kept)
    assert gets.sum() == found.given.sum()


def test_what_is_expected_is_what_is_counted_of_many_particles():
    """Truth drawn from the probabilities themselves, so that they are calibrated."""
    random = np.random.default_rng(6)
    probabilities = random.dirichlet([0.5, 0.5, 0.5], 60_000)
    truth = (random.random((60_000, 1)) > probabilities.cumsum(axis=1)).sum(axis=1)
    thresholds = np.array([[0.5, 0.6, 0.7], [0.9, 0.8, 0.0]])
    found = answers(thresholds, probabilities, truth)
    answered_share, wrong = expected(thresholds, probabilities, truth)
    assert answered_share == pytest.approx(found.answered, abs=0.01)
    assert wrong == pytest.approx(found.error, abs=0.01)


def test_few_particles_promise_with_reserve():
    """None wrong of n: 1 / (n + 1), as conformal risk control has it; 19 are needed for 5 %."""
    for particles, held in ((18, False), (19, True)):
        probabilities = np.tile(np.eye(2), (particles, 1))
        truth = np.tile([0, 1], particles)
        assert expected(np.zeros((1, 2)), probabilities, truth)[1] == pytest.approx(1 / (particles + 1))
        assert (fit(probabilities, truth, 0.05) < NEVER).all() == held


def test_a_wide_allowance_answers_everything():
    probabilities, truth = probabilities_of([300, 300, 300], np.random.default_rng(3))
    assert answered(probabilities, fit(probabilities, truth, 0.49)).all()


def test_nothing_is_promised_of_a_class_that_is_always_mistaken():
    probabilities = np.tile([0.9, 0.1], (60, 1))
    thresholds = fit(probabilities, np.arange(60) % 2, 0.05)
    assert thresholds.tolist() == [NEVER, NEVER]
    assert not answered(np.array([[1.0, 0.0]]), thresholds).any()


def test_fewer_answers_are_fewer_wrong_ones():
    found = curve(*probabilities_of([500, 200, 200], np.random.default_rng(4)))
    assert found.answered[0] == pytest.approx([1, 1, 1])
    assert (np.diff(found.given, axis=0) <= 0).all()
    assert (np.diff(found.wrong, axis=0) <= 0).all()
