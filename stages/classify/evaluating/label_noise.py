"""How high a precision the labels allow: what would count as a false alarm of a classifier that never errs.

A majority particle whose label is wrong is held against whoever calls it by its true name. At a rare prevalence a few
such labels decide the precision of every good classifier.
"""

import numpy as np
import pandas as pd

from stages.classify.evaluating.answers import Answers
from stages.classify.evaluating.prevalence import precision_at
from stages.common.majority import MAJORITY, minorities
from stages.common.proportions import clopper_pearson

MEANING = (
    "precision that a classifier without any error would get, if the label-error candidates were the wrong labels, on "
    "as many particles; the classifier itself names them: false ones make the ceiling too low, missed ones too high"
)


def label_noise(answers: Answers, found: pd.DataFrame, shares: dict[str, np.ndarray]) -> dict:
    """The share of majority labels that the candidates `found` put in doubt, and the ceilings at each of `shares`."""
    classes, there = answers.classes, np.bincount(answers.label, minlength=len(answers.classes))
    doubted = {number: int((found["predicted"] == classes[number]).sum()) for number in minorities(len(classes))}
    flawless = np.diag(there)
    for number, count in doubted.items():
        flawless[MAJORITY, MAJORITY] -= count
        flawless[MAJORITY, number] += count
    return {
        "meaning": MEANING,
        "doubted_share": {classes[number]: _exact(count, int(there[MAJORITY])) for number, count in doubted.items()},
        "precision_ceiling": {
            name: {classes[number]: precision_at(flawless, share, number) for number in doubted}
            for name, share in shares.items()
        },
    }


def _exact(hits: int, total: int) -> dict[str, float]:
    low, high = clopper_pearson(hits, total)
    return {"value": hits / total, "low": low, "high": high}
