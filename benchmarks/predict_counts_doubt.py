"""Calibration, sets of classes and abstention, each fitted on a draw of known runs and judged on the other runs."""

import numpy as np

from benchmarks.predict_counts_pool import Pool
from benchmarks.predict_counts_samples import Known, known_of, parted
from stages.predict.doubt import abstention, conformal
from stages.predict.doubt.calibration import fit
from stages.predict.doubt.reliability import error_interval, reliability

SET_LEVEL = 0.95
ERROR_MAX = 0.05
LABELS_DRAWN = 20  # what chance adds to a calibration error, from so many drawings
PREVALENCE = 0.001


def doubts(
    pool: Pool, known_runs: int, draws: int, random: np.random.Generator, fixed: Known | None = None
) -> list[dict]:
    """A row for each draw; "calibration error" is without what chance adds. Where what is known is `fixed` the pool is
    judged whole."""
    rows = []
    for _ in range(draws):
        known, others = (fixed, pool) if fixed else parted(pool, known_runs, random)
        judged = known_of(others)
        calibration = fit(known.logits, known.truth)
        sure, probabilities = (calibration.probabilities(each.logits) for each in (known, judged))
        found = conformal.covered(
            conformal.sets(probabilities, conformal.fit(sure, known.truth, SET_LEVEL)), judged.truth
        )
        thresholds = abstention.fit(sure, known.truth, ERROR_MAX)
        answers = abstention.answers(thresholds[None], probabilities, judged.truth)
        value, low, high = error_interval(probabilities, judged.truth, random, LABELS_DRAWN)
        shares = np.array([1 - PREVALENCE * (len(pool) - 1), *[PREVALENCE] * (len(pool) - 1)])
        uncalibrated = np.exp(judged.logits - judged.logits.max(axis=1, keepdims=True))
        uncalibrated /= uncalibrated.sum(axis=1, keepdims=True)
        rows.append(
            {
                "calibration_error": value,
                "calibration_error_low": low,
                "calibration_error_high": high,
                "calibration_error_with_chance": reliability(probabilities, judged.truth).expected_error,
                "calibration_error_of_network": reliability(uncalibrated, judged.truth).expected_error,
                "calibration_error_one_in_a_thousand": reliability(probabilities, judged.truth, shares).expected_error,
                "temperature": calibration.temperature,
                **{f"covered_{number}": share for number, share in enumerate(found)},
                **{f"known_{number}": int((known.truth == number).sum()) for number in range(len(pool))},
                **{f"answered_{number}": share for number, share in enumerate(answers.answered[0])},
                **{f"wrong_{number}": answers.wrong[0][number] for number in range(len(pool))},
                **{f"given_{number}": answers.given[0][number] for number in range(len(pool))},
            }
        )
    return rows
