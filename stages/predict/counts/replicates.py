"""Several runs of one sample: their count together, with an interval that knows how far runs differ."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.special import stdtrit

from stages.common.run_variance import RunVariance, moments, pooled, stacked
from stages.predict.counts.counted import Count


def run_variances(called: Sequence[np.ndarray], volumes: Sequence[np.ndarray]) -> list[RunVariance]:
    """For each class the relative variance between runs, pooled over the samples of an instrument.

    `called` holds for each sample the particles called each class in its runs, (R, C), and `volumes` what they imaged,
    (R,). Uncorrected calls are taken, for they follow Poisson's law where runs don't differ; corrected numbers share
    the matrix's error, which doesn't differ from run to run.
    """
    classes = called[0].shape[1]
    return [
        pooled(stacked([moments(runs[:, number], volume) for runs, volume in zip(called, volumes, strict=True)]))
        for number in range(classes)
    ]


def over_runs(count: Count, spread: RunVariance, runs: int, level: float = 0.95) -> Count:
    """The `count` of all particles of a sample's `runs` runs, with an interval for the suspension rather than for these
    runs: both distances on the log scale are joined with Student's of the runs' variance. Where no sample was measured
    twice nothing is known of it, and nothing added."""
    if not spread.freedom > 0:
        return count
    wider = stdtrit(spread.freedom, (1 + level) / 2) * np.sqrt(max(0.0, float(spread.value)) / runs)
    low, high = (
        count.number * np.exp(sign * np.hypot(np.log(end / count.number), wider)) if end > 0 else 0.0
        for sign, end in ((-1, count.low), (1, count.high))
    )
    return replace(count, low=float(low), high=float(high))
