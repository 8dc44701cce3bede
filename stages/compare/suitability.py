"""Was each instrument fit for use that day? Beads, blank and background against limits that were set beforehand."""

from dataclasses import asdict, dataclass
from itertools import pairwise
from math import inf

import numpy as np
import pandas as pd

from stages.common.params.compare import Suitability
from stages.compare.counts import poisson_interval
from stages.compare.measured import Measured

MET, NOT_MET, NOT_ASSESSED = "met", "not met", "not assessed"
NO_BEADS = "no run of role beads with a nominal diameter"


@dataclass(frozen=True)
class Check:
    """One limit on one platform: the value beside its limits and the verdict; `reason` why it was not assessed."""

    platform: str
    check: str
    of: str
    verdict: str
    value: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    reason: str | None = None


def judged(
    platform: str, check: str, of: str, value: float | None, *, at_least=None, at_most=None, reason: str | None = None
) -> Check:
    """Of a value, or of None with the reason why there is none."""
    if value is None or np.isnan(value):
        return Check(platform, check, of, NOT_ASSESSED, None, at_least, at_most, reason)
    met = (at_least is None or value >= at_least) and (at_most is None or value <= at_most)
    return Check(platform, check, of, MET if met else NOT_MET, float(value), at_least, at_most)


def suitability_of(
    measured: Measured, beads: pd.DataFrame, drifts: dict[str, float], limits: Suitability
) -> list[dict]:
    """Every check of every platform; `drifts` is the largest drift of the background of a platform's bead runs, grey
    levels."""
    found = []
    for platform in sorted(measured.columns):
        found += of_beads(platform, beads[beads["platform"] == platform], limits)
        found.append(of_blank(platform, measured, limits))
        found.append(
            judged(
                platform,
                "background drift",
                "bead runs, grey levels",
                drifts.get(platform),
                at_most=limits.background_drift,
                reason="no bead run has pictures enough from its start and from its end",
            )
        )
    return [asdict(check) for check in found]


def of_beads(platform: str, beads: pd.DataFrame, limits: Suitability) -> list[Check]:
    """Size, spread and recovery of each bead size, and how well neighbouring sizes are told apart; runs count alike."""
    if beads.empty:
        checks = ("bead size", "bead CV", "count recovery", "resolution")
        return [judged(platform, check, "beads", None, reason=NO_BEADS) for check in checks]
    found, sized = [], []
    for nominal, runs in beads.groupby("nominal_um"):
        of = f"{nominal:g} µm"
        mean = runs[["bias", "cv", "recovery", "median_um", "robust_sd_um"]].astype(float).mean()
        reason = "; ".join(sorted(set(runs["reason"].dropna()))) or None
        certificate = reason or "the sample sheet has no certified concentration, or the run no volume"
        bias = limits.bead_bias
        low, high = limits.recovery
        found += [
            judged(platform, "bead size", of, mean["bias"], at_least=-bias, at_most=bias, reason=reason),
            judged(platform, "bead CV", of, mean["cv"], at_most=limits.bead_cv, reason=reason),
            judged(platform, "count recovery", of, mean["recovery"], at_least=low, at_most=high, reason=certificate),
        ]
        if not np.isnan(mean["median_um"]):
            sized.append((nominal, mean["median_um"], mean["robust_sd_um"]))
    if len(sized) < 2:
        return [*found, judged(platform, "resolution", "beads", None, reason="fewer than two bead sizes were sized")]
    return found + [
        judged(
            platform,
            "resolution",
            f"{one[0]:g} and {other[0]:g} µm",
            resolution(one[1:], other[1:]),
            at_least=limits.resolution,
        )
        for one, other in pairwise(sized)
    ]


def resolution(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Of two peaks with a middle and a standard deviation each: distance over the mean of their widths at the base,
    four standard deviations (as of chromatograms, Ph. Eur. 2.2.46); from 1 on they hardly overlap."""
    width = 2 * (one[1] + other[1])
    return (other[0] - one[0]) / width if width else inf


def of_blank(platform: str, measured: Measured, limits: Suitability) -> Check:
    """Met where the upper 95 % bound lies below the limit, not met where the lower one lies above it."""
    of, most = f"≥ {limits.blank.from_um:g} µm, 1/mL", limits.blank.per_ml
    runs = measured.runs[(measured.runs["platform"] == platform) & (measured.runs["role"] == "blank")]
    if runs.empty:
        return judged(platform, "blank", of, None, at_most=most, reason="no run of role blank")
    if runs["imaged_ml"].isna().any() or runs["uncounted"].any():
        return judged(platform, "blank", of, None, at_most=most, reason="a blank run has no concentration")
    if limits.blank.from_um < measured.smallest_um(platform):
        return judged(platform, "blank", of, None, at_most=most, reason="the size filter cuts these sizes")
    count = int(sum((measured.sizes[run] >= limits.blank.from_um).sum() for run in runs["run"]))
    volume = float(runs["imaged_ml"].sum())
    low, high = poisson_interval(count, volume, level=0.90)
    if low <= most < high:
        reason = f"{count} in {volume:.3g} mL can't tell {most:g}/mL: 95 % bounds {low:.3g} and {high:.3g}"
        return judged(platform, "blank", of, None, at_most=most, reason=reason)
    return judged(platform, "blank", of, count / volume, at_most=most)
