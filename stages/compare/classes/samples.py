"""Class counts of every parallel sample on every platform, from each size on, and their ratios."""

import numpy as np
import pandas as pd

from stages.common.base.seeds import random_of
from stages.common.run_variance import RunVariance, moments, pooled, stacked
from stages.compare.classes.called import Called
from stages.compare.classes.corrected import corrected
from stages.compare.classes.ratio import ClassCount, judge_class
from stages.compare.measured import Measured
from stages.compare.ranges import SizeRange
from stages.compare.verdict import NOT_COMPARED

COUNT_COLUMNS = [
    *("platform", "sample", "at", "class", "runs", "known", "called", "found", "number", "number_low", "number_high"),
    *("per_ml", "per_ml_low", "per_ml_high", "detectable_per_ml", "detectable_share"),
]
RATIO_COLUMNS = [
    *("pair", "first", "second", "sample", "at", "class", "ratio", "low", "high", "limit_low", "limit_high"),
    *("placeable_low", "placeable_high", "power", "runs_needed", "verdict", "reason"),
]
Place = tuple[str, str, str, str]  # sample, platform, range, class


def class_counts(
    measured: Measured, called: dict[str, Called], classes: list[str], ranges: list[SizeRange], seed: int
) -> dict[Place, ClassCount]:
    """(sample, platform, range, class) -> its count, for the parallel samples of the platforms in `called`, all of
    whose runs have a volume and were called; none below a platform's size filter. `ranges`: from each threshold on, as
    the bins of `called` begin."""
    found = {}
    for platform, own in called.items():
        samples = _samples(measured, platform, own)
        for place, size_range in enumerate(ranges):
            if size_range.low_um < measured.smallest_um(platform) or not samples:
                continue
            calls = {name: np.stack([own.calls[run][place:] for run in runs["run"]]) for name, runs in samples.items()}
            spreads = _spreads({sample: own.sum(axis=1) for sample, own in calls.items()}, samples)
            for sample, runs in samples.items():
                random = random_of(seed, "compare", "classes", platform, sample, size_range.key)
                each = corrected(calls[sample].sum(axis=0), own.matrices[place:], spreads, len(runs), random)
                volume, uncounted = float((runs["imaged_ml"] / runs["dilution"]).sum()), _uncounted(measured, runs, own)
                for name, count, spread in zip(classes, each, spreads, strict=True):
                    key = (sample, platform, size_range.key, name)
                    found[key] = ClassCount(count, volume, len(runs), uncounted, int(spread.freedom))
    return found


def _samples(measured: Measured, platform: str, called: Called) -> dict[str, pd.DataFrame]:
    own = measured.runs[(measured.runs["platform"] == platform) & (measured.runs["role"] == "parallel")]
    return {
        sample: runs
        for sample, runs in own.groupby("sample")
        if runs["imaged_ml"].notna().all() and set(runs["run"]) <= set(called.calls)
    }


def _spreads(calls: dict[str, np.ndarray], samples: dict[str, pd.DataFrame]) -> list[RunVariance]:
    """For each class how far runs differ, pooled over the platform's samples, of what is called so; that of all
    particles for a class that no particle is called."""
    volumes = {sample: (runs["imaged_ml"] / runs["dilution"]).to_numpy() for sample, runs in samples.items()}
    together = {sample: np.column_stack([own, own.sum(axis=1)]) for sample, own in calls.items()}
    found = [
        pooled(stacked([moments(own[:, number], volumes[sample]) for sample, own in together.items()]))
        for number in range(next(iter(together.values())).shape[1])
    ]
    return [own if own.freedom > 0 else found[-1] for own in found[:-1]]


def _uncounted(measured: Measured, runs: pd.DataFrame, called: Called) -> int:
    """Rows that were refused, and particles that have no diameter or no picture."""
    without_picture = sum(len(measured.sizes[run]) - called.sized[run] for run in runs["run"])
    return int(runs["uncounted"].sum()) + max(0, without_picture)


def count_table(counts: dict[Place, ClassCount], known: dict[str, dict[str, int]]) -> pd.DataFrame:
    """COUNT_COLUMNS, a row for each count; `known`: platform -> particles of each class that tell its network's
    mistakes. Where the class isn't found the interval begins at 0 and there is no one number."""
    rows = []
    for (sample, platform, at, name), count in counts.items():
        own = count.corrected
        number, (low, high) = own.number, own.interval()
        high += count.uncounted
        single = own.found and not count.uncounted
        rows.append(
            {"platform": platform, "sample": sample, "at": at, "class": name, "runs": count.runs}
            | {"known": known[platform][name], "called": own.called, "found": own.found}
            | {"number": number if single else None, "number_low": low, "number_high": high}
            | {"per_ml": number / count.volume_ml if single else None}
            | {"per_ml_low": low / count.volume_ml, "per_ml_high": high / count.volume_ml}
            | {"detectable_per_ml": (own.detectable + count.uncounted) / count.volume_ml}
            | {"detectable_share": own.detectable / own.seen if own.seen else None}
        )
    return pd.DataFrame(rows, columns=COUNT_COLUMNS)


def class_ratios(
    measured: Measured,
    counts: dict[Place, ClassCount],
    classes: list[str],
    ranges: list[SizeRange],
    limits: tuple[float, float],
) -> pd.DataFrame:
    """RATIO_COLUMNS, a row for each pair of platforms with counts, parallel sample on both, range and class."""
    rows = []
    counted = {platform for _, platform, *_ in counts}
    for pair in measured.pairs:
        if not set(pair) <= counted:
            continue
        for sample in measured.on_both("parallel", pair):
            for size_range in ranges:
                for name in classes:
                    first, second = (counts.get((sample, platform, size_range.key, name)) for platform in pair)
                    place = {"pair": f"{pair[1]}/{pair[0]}", "first": pair[0], "second": pair[1], "sample": sample}
                    rows.append(place | {"at": size_range.key, "class": name} | _judged(first, second, limits))
    return pd.DataFrame(rows, columns=RATIO_COLUMNS)


def _judged(first: ClassCount | None, second: ClassCount | None, limits: tuple[float, float]) -> dict:
    if first is None or second is None:
        return {"verdict": NOT_COMPARED, "reason": "below a size filter, or a run has no volume"}
    return judge_class(first, second, limits)
