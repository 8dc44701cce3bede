"""What the packed network is worth on the validation split, to which nothing was fitted."""

import numpy as np

from stages.common.base.seeds import random_of
from stages.common.confusion import confusion, recalls
from stages.common.params.predict import Predict
from stages.common.proportions import counted
from stages.predict.doubt import abstention, conformal
from stages.predict.doubt.reliability import error_interval
from stages.predict.model.model import Fitted
from stages.predict.packing.known import KnownParticles

ABOUT = (
    "95 % intervals. Recall, coverage, shares answered: Wilson, particles taken as independent. Calibration error: of "
    "probabilities at equal shares of the classes, without what chance adds. Coverage: of prediction sets, beside the "
    "range in which that of so many calibration particles lies in nine of ten cases."
)


def judge(validation: KnownParticles, fitted: Fitted, classes: list[str], settings: Predict, seed: int) -> dict:
    """Recall, calibration, coverage of the sets, and what is left for review, of each class."""
    probabilities = fitted.calibration.probabilities(validation.logits)
    truth, called = validation.truth, probabilities.argmax(axis=1)
    matrix = confusion(truth, called, len(classes))
    held = conformal.sets(probabilities, fitted.set_thresholds)[np.arange(len(truth)), truth]
    answered = abstention.answered(probabilities, fitted.answer_thresholds)
    value, low, high = error_interval(probabilities, truth, random_of(seed, "pack", "calibration error"))
    by_class = {}
    for number, name in enumerate(classes):
        own = truth == number
        given = own & answered
        calibration_particles = int((fitted.truth == number).sum())
        by_class[name] = {
            "particles": int(own.sum()),
            "recall": counted(int(matrix[number, number]), int(own.sum())),
            "set_coverage": counted(int(held[own].sum()), int(own.sum())),
            "set_coverage_expected": list(conformal.coverage_range(calibration_particles, settings.set_level)),
            "calibration_particles": calibration_particles,
            "answered": counted(int(given.sum()), int(own.sum())),
            "error_of_answered": counted(int((called[given] != number).sum()), int(given.sum())),
        }
    return {
        "runs": validation.runs,
        "macro_recall": float(recalls(matrix).mean()),
        "expected_calibration_error": {"value": value, "low": low, "high": high},
        "confusion": matrix.tolist(),
        "classes": by_class,
        "about": ABOUT,
    }
