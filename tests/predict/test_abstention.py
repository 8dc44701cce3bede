"""Abstention: what it promises of particles to come, what it costs, and where it can promise nothing."""

import numpy as np
import pytest

from stages.predict.doubt.abstention import NEVER, answered, answers, curve, fit
from tests.predict.test_conformal import probabilities_of


def test_the_stated_error_holds_for_particles_to_come():
    random, errors, given = np.random.default_rng(1), [], []
    for _ in range(60):
        known, other = probabilities_of([400, 100, 100], random), probabilities_of([1000] * 3, random)
        found = answers(fit(*known, 0.05)[None], *other)
        errors.append(found.wrong[0] / np.maximum(found.given[0], 1))
        given.append(found.answered[0])
    assert np.mean(errors, axis=0).max() <= 0.055
    assert np.mean(given, axis=0).min() > 0.1


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
