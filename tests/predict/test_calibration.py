"""Calibration: against the closed form, against the truth of a score model, and where everything is called rightly."""

import numpy as np
import pytest

from stages.predict.doubt.calibration import at_shares, balanced, fit
from stages.predict.doubt.reliability import error_interval, reliability

MEANS = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 2.5]])


def margins_of_four(particles: int) -> tuple[np.ndarray, np.ndarray]:
    """Two classes, every margin 4, nine in ten right."""
    truth = np.arange(particles) % 2
    called = np.where(np.arange(particles) // 2 % 10 == 0, 1 - truth, truth)
    return 4.0 * np.eye(2)[called], truth


def scored(per_class: list[int], random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Logits of normal scores about MEANS that are right at equal shares: m_c x - m_c^2 / 2."""
    truth = np.repeat(range(len(MEANS)), per_class)
    scores = MEANS[truth] + random.normal(size=(len(truth), 2))
    return scores @ MEANS.T - (MEANS**2).sum(axis=1) / 2, truth


def test_temperature_of_margins_that_are_all_alike():
    """sigmoid(4 / T) = 0.9 has T = 4 / ln 9."""
    logits, truth = margins_of_four(40_000)
    found = fit(logits, truth)
    assert found.temperature == pytest.approx(4 / np.log(9), rel=1e-3)
    assert found.biases == pytest.approx([0, 0], abs=1e-6)
    before = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert reliability(before, truth).expected_error == pytest.approx(0.0820, abs=5e-5)
    assert reliability(found.probabilities(logits), truth).expected_error == pytest.approx(0, abs=1e-4)


def test_a_networks_slant_is_taken_off():
    """Logits twice too large and shifted come back as those of the score model, whatever the classes' numbers."""
    right, truth = scored([20_000, 4_000, 4_000], np.random.default_rng(1))
    shift = np.array([1.0, -0.5, -0.5])
    found = fit(2 * right + shift, truth)
    assert found.temperature == pytest.approx(2, rel=0.03)
    assert found.biases == pytest.approx(-shift / 2, abs=0.06)


def test_probabilities_may_stand_for_logits():
    logits, truth = scored([300, 60, 60], np.random.default_rng(2))
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert fit(np.log(shares), truth).temperature == pytest.approx(fit(logits, truth).temperature, rel=1e-4)


def test_nothing_wrong_leaves_a_doubt():
    found = fit(10.0 * np.eye(3)[[0, 1, 2] * 10], np.array([0, 1, 2] * 10))
    assert 0.1 < found.temperature < 10
    assert found.probabilities(10.0 * np.eye(3)).max() < 1


def test_every_class_weighs_alike():
    weights = balanced(np.array([0, 0, 0, 0, 2, 2]), 3)
    assert np.bincount([0, 0, 0, 0, 2, 2], weights) == pytest.approx([3, 0, 3])


def test_other_shares_follow_bayes():
    assert at_shares(np.array([[0.5, 0.5], [0.9, 0.1]]), np.array([0.1, 0.9])) == pytest.approx(
        np.array([[0.1, 0.9], [0.5, 0.5]])
    )


@pytest.mark.parametrize("shares", [None, np.array([0.9, 0.05, 0.05])])
def test_right_probabilities_are_reliable_at_any_shares(shares):
    logits, truth = scored([40_000] * 3, np.random.default_rng(3))
    found = reliability(fit(logits, truth).probabilities(logits), truth, shares)
    assert found.expected_error < 0.01
    assert found.weight.sum() == pytest.approx(1)
    assert np.all(np.diff(found.confidence) > 0)


def test_particles_of_one_confidence_share_a_bin():
    found = reliability(np.tile([0.8, 0.2], (50, 1)), np.arange(50) % 2)
    assert found.confidence == pytest.approx([0.8])
    assert found.right == pytest.approx([0.5])
    assert found.expected_error == pytest.approx(0.3)


def test_the_errors_interval_knows_of_chance():
    """Of 300 right probabilities the plain error is some points; without what chance adds hardly any."""
    random, held, values = np.random.default_rng(4), 0, []
    for _ in range(40):
        logits, truth = scored([100] * 3, random)
        shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        value, low, high = error_interval(shares, truth, random, draws=60)
        values.append(value)
        held += low <= 0.005 and low <= value <= high
    assert held >= 34
    assert np.mean(values) < 0.01


def test_overconfidence_is_seen():
    logits, truth = margins_of_four(2000)
    sharp = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    value, low, high = error_interval(sharp, truth, np.random.default_rng(5), draws=100)
    assert 0.05 < low < 0.0820 < high < 0.11
    assert value == pytest.approx(0.0820, abs=0.01)
