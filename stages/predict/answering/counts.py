"""How many particles of each class a run holds, and a sample of several runs: corrected for misclassification."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from stages.common.run_variance import RunVariance
from stages.predict.answering.part import Facts
from stages.predict.counts.by_size import counted_from
from stages.predict.counts.counted import Count
from stages.predict.counts.replicates import over_runs, run_variances
from stages.predict.model.model import Model

COLUMNS = [
    *("class", "at_least_um", "called", "count", "count_low", "count_high", "found"),
    *("per_ml", "per_ml_low", "per_ml_high", "detectable_per_ml"),
]


@dataclass(frozen=True)
class CountedRun:
    """What the counts of a run need: of its n particles with an image the calibrated probabilities (n, C) and the
    diameter (n,) in um, NaN where it isn't told; sized: whether any is told."""

    facts: Facts
    probabilities: np.ndarray
    diameter: np.ndarray
    sized: bool

    @property
    def volume_ml(self) -> float | None:
        """Of undiluted sample that was imaged."""
        return self.facts.imaged_ml / self.facts.dilution if self.facts.imaged_ml else None

    @property
    def uncounted(self) -> int:
        """What may be particles of any class: rows that couldn't be read, and particles without an image."""
        return self.facts.rejected + self.facts.without_image


def run_counts(run: CountedRun, model: Model) -> pd.DataFrame:
    """COLUMNS, a row for each threshold (0: all sizes) and class."""
    return _table([run], model, None)


def sample_counts(runs: Sequence[CountedRun], spreads: Sequence[RunVariance], model: Model) -> pd.DataFrame:
    """The same of several runs of one sample, for the suspension that they were drawn from. spreads: of each class,
    how far runs differ."""
    return _table(runs, model, spreads)


def spreads_of(samples: Sequence[Sequence[CountedRun]], model: Model) -> list[RunVariance]:
    """How far runs of one sample differ, for each class, from those of the `samples` that were measured twice or more;
    a volume that isn't known is taken to be the same in all runs of its sample."""
    classes = len(model.manifest.classes)
    several = [runs for runs in samples if len(runs) > 1]
    called = [np.stack([_called(run.probabilities, classes) for run in runs]) for runs in several]
    volumes = [np.array([run.volume_ml or 1.0 for run in runs]) for runs in several]
    return run_variances(called, volumes) if several else []


def _table(runs: Sequence[CountedRun], model: Model, spreads: Sequence[RunVariance] | None) -> pd.DataFrame:
    settings, classes = model.manifest.predict, model.manifest.classes
    thresholds = model.thresholds_um if all(run.sized for run in runs) else [0.0]
    probabilities = np.concatenate([run.probabilities for run in runs])
    # A particle whose size isn't told counts in all sizes alone.
    sizes = np.nan_to_num(np.concatenate([run.diameter for run in runs]), nan=0.0)
    found = counted_from(
        thresholds, sizes, probabilities, model.matrices[: len(thresholds)], settings.count_level, len(runs)
    )
    if spreads:
        found = [
            [
                over_runs(count, spread, len(runs), settings.count_level)
                for count, spread in zip(row, spreads, strict=True)
            ]
            for row in found
        ]
    volumes = [run.volume_ml for run in runs]
    volume = None if None in volumes else sum(own for own in volumes if own is not None)
    uncounted = sum(run.uncounted for run in runs)
    rows = [
        {"class": name, "at_least_um": threshold} | _row(count, volume, uncounted)
        for threshold, row in zip(thresholds, found, strict=True)
        for name, count in zip(classes, row, strict=True)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(count: Count, volume_ml: float | None, uncounted: int) -> dict:
    high = count.high + uncounted
    per_ml = {
        "per_ml": count.number,
        "per_ml_low": count.low,
        "per_ml_high": high,
        "detectable_per_ml": count.detectable + uncounted,
    }
    return {
        "called": count.called,
        "count": count.number,
        "count_low": count.low,
        "count_high": high,
        "found": count.found,
        **{name: value / volume_ml if volume_ml else None for name, value in per_ml.items()},
    }


def _called(probabilities: np.ndarray, classes: int) -> np.ndarray:
    return np.bincount(probabilities.argmax(axis=1), minlength=classes)
