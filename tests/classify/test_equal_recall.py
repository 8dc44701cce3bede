"""What finding as many costs, by hand; and thresholds moved after training."""

import numpy as np
import pytest
from sklearn.metrics import precision_recall_curve

from stages.classify.evaluating.answers import Answers
from stages.classify.evaluating.equal_recall import at_equal_recall
from stages.classify.evaluating.shifted import best_biases, shifted


def answers(label: np.ndarray, probabilities: np.ndarray) -> Answers:
    classes = [f"class {number}" for number in range(probabilities.shape[1])]
    return Answers(classes, label, probabilities, np.zeros(len(label), int))


def test_costs_by_hand():
    """Ten oil particles at 0.95, 0.85, ... 0.05 among a thousand of protein, five of which lie at 0.3, 0.1, 0.01."""
    oil = np.linspace(0.95, 0.05, 10)
    protein = np.full(1000, 0.001)
    protein[:5] = [0.3, 0.1, 0.1, 0.01, 0.01]
    share = np.concatenate([protein, oil])
    label = np.repeat([0, 1], [1000, 10])
    found = at_equal_recall([answers(label, np.column_stack([1 - share, share]))], 1)
    nine = found["recall_90"]
    assert nine["threshold"] == pytest.approx(0.15) and nine["recall"] == 0.9
    assert nine["precision"]["value"] == 9 / 10 and nine["false_positives_per_1000"]["value"] == 1
    for recall in ("recall_95", "recall_98"):
        assert found[recall]["recall"] == 1.0 and found[recall]["precision"]["value"] == 10 / 13
        assert found[recall]["false_positives_per_1000"]["value"] == 3
    low, high = (nine["false_positives_per_1000"][end] for end in ("low", "high"))
    assert low == pytest.approx(0.0253, abs=1e-3) and high == pytest.approx(5.559, abs=1e-2)  # R: binom.test(1, 1000)


def test_precision_is_the_highest_recall_curve_point_of_scikit_learn():
    random = np.random.default_rng(8)
    label = random.choice(3, 600, p=[0.7, 0.2, 0.1])
    first, second = (random.dirichlet([1, 1, 1], 600) + 0.3 * np.eye(3)[label] for _ in range(2))
    seeds = [answers(label, each / each.sum(axis=1, keepdims=True)) for each in (first, second)]
    found = at_equal_recall(seeds, 2)
    for recall in (0.90, 0.95, 0.98):
        expected = []
        for one in seeds:
            precision, reached, _ = precision_recall_curve(label == 2, one.probabilities[:, 2])
            expected.append(precision[np.flatnonzero(reached >= recall)[-1]])
        costs = found[f"recall_{100 * recall:.0f}"]
        assert costs["precision_of_seeds"] == pytest.approx(expected)
        assert costs["precision"]["value"] == pytest.approx(expected[0])


def test_log_prior_taken_away_gives_the_answers_of_balanced_classes():
    """Two normal classes at -1 and 1, nine to one: by Bayes the best threshold for macro recall is 0, and a classifier
    that knows the prior puts it at log(9) / 2."""
    random = np.random.default_rng(9)
    label = np.repeat([0, 1], [45_000, 5_000])
    x = random.normal(2.0 * label - 1)
    odds = np.exp(2 * x) / 9
    known = answers(label, np.column_stack([1 / (1 + odds), odds / (1 + odds)]))
    plain = shifted(known, np.zeros(2))
    moved = shifted(known, -np.log([0.9, 0.1]))
    expected = [(x[label == 0] < 0).mean(), (x[label == 1] >= 0).mean()]
    assert list(moved["recall"].values()) == pytest.approx(expected)
    assert moved["macro_recall"] > plain["macro_recall"] + 0.05
    biases = best_biases(known)
    assert biases[0] == 0 and biases[1] == pytest.approx(np.log(9), abs=0.5)
    assert shifted(known, biases)["macro_recall"] >= moved["macro_recall"] - 0.002


def test_nothing_is_moved_where_nothing_is_gained():
    flawless = answers(np.array([0, 1, 2, 0]), np.eye(3)[[0, 1, 2, 0]] * 0.98 + 0.005)
    assert best_biases(flawless).tolist() == [0, 0, 0]
