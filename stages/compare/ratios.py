"""Ratios of two platforms' concentrations against margins: a row for each pair, sample and range of sizes."""

from dataclasses import replace

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from stages.common.params.compare import RatioLimits
from stages.compare.blanks import blanks_of
from stages.compare.counts import count_runs
from stages.compare.design import design_of
from stages.compare.measured import Measured
from stages.compare.ranges import SizeRange, near_nominal
from stages.compare.rate import Rate, freedom_of
from stages.compare.ratio import equivalence_p, exact_ratio, ratio_of
from stages.compare.samples import Counted, counted_samples
from stages.compare.verdict import NOT_COMPARED, NOT_DECIDABLE, Verdict, verdict_of

NEAR_NOMINAL = "near_nominal"
COLUMNS = [
    *("pair", "first", "second", "sample", "role", "at", "first_count", "second_count", "first_runs", "second_runs"),
    *("first_uncounted", "second_uncounted"),
    *("first_blank", "second_blank", "first_run_cv", "second_run_cv", "ratio", "low", "high", "degrees_of_freedom"),
    *("equivalence_p", "limit_low", "limit_high", "placeable_low", "placeable_high", "power", "runs_needed"),
    *("verdict", "reason"),
]


def judge(first: Counted | None, second: Counted | None, limits: tuple[float, float]) -> dict:
    """The ratio of the second platform over the first with its verdict; None stands for a sample without concentration.

    Where rows could not be counted there is no ratio, but an interval from the least that there can be to the greatest.
    """
    entry: dict = {"limit_low": limits[0], "limit_high": limits[1]}
    if first is None or second is None:
        return entry | _said(Verdict(NOT_COMPARED, "a run has no concentration"))
    first, second = _lent(first, second), _lent(second, first)
    entry |= _facts("first", first) | _facts("second", second)
    rates = first.rate, second.rate
    single = min(rates[0].net, rates[1].net) > 0 and not (first.uncounted or second.uncounted)
    if single:
        entry["ratio"] = float(rates[1].per_ml / rates[0].per_ml)
    reason = _nothing_to_tell(first, second)
    if reason:
        return entry | _said(Verdict(NOT_DECIDABLE, f"with this design: {reason}"))
    low, high = _interval(first.most, second.rate)[0], _interval(first.rate, second.most)[1]
    if single:
        freedom = float(freedom_of(*rates))
        entry["degrees_of_freedom"] = freedom if np.isfinite(freedom) else None
        entry["equivalence_p"] = equivalence_p(*rates, limits)
    design = design_of(*rates, limits)
    entry |= {"power": design.power, "runs_needed": design.runs_needed}
    if design.placeable:
        entry |= {"placeable_low": design.placeable[0], "placeable_high": design.placeable[1]}
    verdict = verdict_of(low, high, limits, design)
    if first.uncounted or second.uncounted:
        reasons = [verdict.reason, "rows of a run could not be counted"]
        verdict = replace(verdict, reason="; ".join(filter(None, reasons)))
    return entry | {"low": low, "high": high} | _said(verdict)


def _interval(first: Rate, second: Rate) -> tuple[float, float]:
    if first.count and second.count:
        _, low, high = ratio_of(first, second)
        return float(low), float(high)
    return exact_ratio(first, second)


def _facts(name: str, own: Counted) -> dict:
    entry: dict = {f"{name}_count": int(own.rate.count), f"{name}_runs": own.rate.runs}
    if own.uncounted:
        entry[f"{name}_uncounted"] = own.uncounted
    if own.blank:
        entry[f"{name}_blank"] = own.blank.per_ml * own.imaged_ml
    if own.freedom:
        entry[f"{name}_run_cv"] = float(np.sqrt(max(0.0, float(own.rate.spread.value))))
    return entry


def _nothing_to_tell(first: Counted, second: Counted) -> str | None:
    """Why no interval can be had; None when it can."""
    rates = first.rate, second.rate
    if not (rates[0].count or rates[1].count):
        return "no particle on either platform"
    if any(rate.count and rate.net <= 0 for rate in rates):
        return "no more particles than in the blank"
    if not (first.freedom and second.freedom):
        return "how far runs differ is not known (needs 2 runs of a sample on each platform)"
    return None


def _lent(own: Counted, other: Counted) -> Counted:
    """Runs without any particle don't tell how far runs differ: they are taken to differ as the other platform's."""
    if own.rate.count or own.rate.runs < 2 or own.freedom:
        return own
    spread = other.rate.spread
    return replace(
        own, rate=replace(own.rate, spread=spread), most=replace(own.most, spread=spread), freedom=other.freedom
    )


def _said(verdict: Verdict) -> dict:
    return {"verdict": verdict.word, "reason": verdict.reason}


def ratios_of(
    measured: Measured,
    counts: pd.DataFrame,
    beads: pd.DataFrame,
    *,
    ranges: list[SizeRange],
    limits: RatioLimits,
    volume_rsd: float,
) -> pd.DataFrame:
    """All pairs of platforms: parallel samples in each of `ranges`, and beads near their nominal size.

    `counts` holds a row for each run and range, `beads` the same of beads and of blanks in the beads' ranges. A blank
    is subtracted where both platforms have one: from one alone it would shift the ratio.
    """
    rows = []
    for pair in measured.pairs:
        for role, table, keys in (
            ("parallel", counts, [size_range.key for size_range in ranges]),
            ("beads", beads, [NEAR_NOMINAL]),
        ):
            own = table[table["platform"].isin(pair)]
            counted = counted_samples(own[own["role"] == role], blanks_of_both(own, pair), volume_rsd)
            place = {"pair": f"{pair[1]}/{pair[0]}", "first": pair[0], "second": pair[1], "role": role}
            for sample in measured.on_both(role, pair):
                seen = own[own["sample"] == sample]
                for at in keys:
                    cut = set(pair) - set(seen.loc[seen["at"] == at, "platform"])
                    first, second = (counted.get((sample, platform, at)) for platform in pair)
                    judged = _said(_below_filter(measured, cut)) if cut else judge(first, second, limits.of(role))
                    rows.append(place | {"sample": sample, "at": at} | judged)
    return pd.DataFrame(rows, columns=COLUMNS)


def blanks_of_both(counts: pd.DataFrame, pair: tuple[str, str]) -> dict:
    """The blanks where both platforms have them, else none."""
    blanks = blanks_of(counts)
    return blanks if {platform for platform, *_ in blanks} == set(pair) else {}


def _below_filter(measured: Measured, platforms: set[str]) -> Verdict:
    names = " and ".join(f"{name} ({measured.smallest_um(name):g} µm)" for name in sorted(platforms))
    return Verdict(NOT_COMPARED, f"below the size filter of {names}")


def count_beads(measured: Measured) -> pd.DataFrame:
    """A row for each bead run, near its nominal diameter, and for each blank run in each of these ranges."""
    blanks = measured.runs[measured.runs["role"] == "blank"]
    beads = measured.runs[(measured.runs["role"] == "beads") & measured.runs["nominal_diameter_um"].notna()]
    tables = [count_runs(measured, [], beads)]
    for (_, nominal), own in beads.groupby(["sample", "nominal_diameter_um"]):
        filters = {platform: measured.smallest_um(platform) for platform in own["platform"].unique()}
        fit = [platform for platform, smallest in filters.items() if near_nominal(nominal, smallest)]
        if fit and (size_range := near_nominal(nominal, max(filters[platform] for platform in fit))):
            both = pd.concat([own, blanks])
            tables.append(count_runs(measured, [size_range], both[both["platform"].isin(fit)]))
    return pd.concat(tables, ignore_index=True).assign(at=NEAR_NOMINAL)


def multiplicity(ratios: pd.DataFrame) -> dict:
    """How many verdicts there are, and how many "within" stay when all are to hold together (Holm 1979, 5 %)."""
    p = ratios["equivalence_p"].dropna().to_numpy(float)
    held = int(multipletests(p, alpha=0.05, method="holm")[0].sum()) if len(p) else 0
    words = ratios["verdict"].value_counts()
    return {"verdicts": len(ratios), **{word: int(words[word]) for word in sorted(words.index)}, "within_holm": held}
