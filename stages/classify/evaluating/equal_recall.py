"""Precision where recall is the same. Recall alone can be bought by moving a threshold; what then is called wrongly is
the price, and the one that methods differ in."""

import numpy as np

from stages.classify.evaluating.answers import Answers
from stages.common.majority import MAJORITY
from stages.common.proportions import clopper_pearson, counted

RECALLS = (0.90, 0.95, 0.98)
MEANING = (
    "particles called by the class's probability alone, at the highest threshold that finds the share of them; "
    "precision at native prevalence (Wilson) and false positives for 1,000 particles of the majority "
    "(Clopper-Pearson), 95 % intervals that take the threshold as given; precision_of_seeds: of each trained seed"
)


def at_equal_recall(seeds: list[Answers], number: int) -> dict[str, dict]:
    """For each of RECALLS what it costs to find as many of class `number`: of the first of `seeds`."""
    found = [[_at(answers, number, recall) for answers in seeds] for recall in RECALLS]
    return {
        f"recall_{100 * recall:.0f}": {
            **costs[0],
            "precision_of_seeds": [float(cost["precision"]["value"]) for cost in costs],
        }
        for recall, costs in zip(RECALLS, found, strict=True)
    }


def _at(answers: Answers, number: int, recall: float) -> dict:
    score, positive = answers.probabilities[:, number], answers.label == number
    needed = int(np.ceil(recall * positive.sum() - 1e-9))
    threshold = np.sort(score[positive])[-needed]
    called = score >= threshold
    majority = answers.label == MAJORITY
    alarms, there = int((called & majority).sum()), int(majority.sum())
    per_1000 = [1000 * share for share in (alarms / there, *clopper_pearson(alarms, there))]
    return {
        "threshold": float(threshold),
        "recall": float(called[positive].mean()),
        "precision": counted(int(called[positive].sum()), int(called.sum())),
        "false_positives_per_1000": dict(zip(("value", "low", "high"), per_1000, strict=True)),
    }
