"""Other thresholds for a trained network: what moving them alone gives, at no cost.

A classifier calls the class of highest probability. With something added to the logarithms of the probabilities it
calls another one more often; a method against imbalance has to do better than that.
"""

import numpy as np

from stages.classify.evaluating.answers import Answers
from stages.common.confusion import confusion, recalls
from stages.common.majority import minorities

TRIED = np.array(sorted(range(-40, 41), key=abs)) / 10  # biases, the smallest first
PASSES = 3  # over the classes
MEANING = (
    "macro recall when `biases` are added to the logarithms of the probabilities. log_prior: minus the logarithm of "
    "the classes' shares as learnt (Menon et al. 2021, equation 9). selection: biases that give the highest macro "
    "recall on the selection split"
)


def shifted(answers: Answers, biases: np.ndarray) -> dict:
    """Recalls of `answers` under `biases` (classes,)."""
    found = recalls(confusion(answers.label, _called(answers.probabilities, biases), len(biases)))
    return {
        "biases": dict(zip(answers.classes, map(float, biases), strict=True)),
        "macro_recall": float(found.mean()),
        "recall": dict(zip(answers.classes, map(float, found), strict=True)),
    }


def best_biases(answers: Answers) -> np.ndarray:
    """The biases of highest macro recall on `answers`, (classes,); the majority's is 0. Searched class by class in
    steps; among equals the smallest."""
    biases = np.zeros(len(answers.classes))
    for _ in range(PASSES):
        for number in minorities(len(biases)):
            rows = np.tile(biases, (len(TRIED), 1))
            rows[:, number] = TRIED
            biases = rows[np.argmax([_macro_recall(answers, row) for row in rows])]
    return biases


def _macro_recall(answers: Answers, biases: np.ndarray) -> float:
    return recalls(confusion(answers.label, _called(answers.probabilities, biases), len(biases))).mean()


def _called(probabilities: np.ndarray, biases: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return (np.log(probabilities) + biases).argmax(axis=1)
