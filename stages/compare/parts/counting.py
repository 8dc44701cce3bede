"""Counts, ratios, dilutions and agreement of concentrations."""

from math import inf

import pandas as pd

from stages.common.params.compare import Compare
from stages.compare import pictures
from stages.compare.agreement.samples import Paired, agreement_of, paired
from stages.compare.blanks import blanks_of
from stages.compare.dilution import families, linearity
from stages.compare.measured import Measured
from stages.compare.parts.part import FEW_PLATFORMS, Part, stated
from stages.compare.ranges import SizeRange
from stages.compare.ratios import blanks_of_both, multiplicity
from stages.compare.samples import count_samples, counted_samples

RATIO_NUMBERS = (
    *("ratio", "low", "high", "limit_low", "limit_high", "placeable_low", "placeable_high", "power"),
    *("runs_needed", "first_uncounted", "second_uncounted", "verdict", "reason"),
)
ALL_BINS = "all_bins"  # each sample in each bin, the largest sizes too: no particle is in two
FEWEST_SAMPLES = 3  # for limits of agreement that mean anything


def counts_part(measured: Measured, counts: pd.DataFrame, settings: Compare) -> Part:
    """Concentrations of every sample on every platform."""
    sentences = []
    if measured.unsized:
        sentences.append(f"no count for {len(measured.unsized)} runs whose particles have no diameter")
    without = measured.runs[measured.runs["imaged_ml"].isna()]
    for reason, runs in without.groupby("no_concentration")["run"]:
        sentences.append(f"counts only, no concentration, for {len(runs)} of {len(measured.runs)} runs: {reason}")
    cumulative = counts[counts["to_um"] == inf]
    shown = {} if cumulative.empty else {"counts": pictures.picture_counts(cumulative, measured.origin)}
    counted = counted_samples(counts, blanks_of(counts), settings.volume_rsd)
    notes = _notes(measured, settings.thresholds_um)
    return Part(count_samples(counts, counted), shown, "; ".join(sentences) or None, notes)


def _notes(measured: Measured, thresholds_um: list[int]) -> list[str]:
    """What the design lacks: sizes below a filter, blanks, rows that could not be counted."""
    notes = []
    for platform in sorted(measured.columns):
        cut = [f"{size} µm" for size in thresholds_um if size < measured.smallest_um(platform)]
        if cut:
            size_filter = f"the size filter of {platform} ({measured.smallest_um(platform):g} µm)"
            notes.append(f"nothing is counted from {', '.join(cut)}: below {size_filter}")
        if not ((measured.runs["platform"] == platform) & (measured.runs["role"] == "blank")).any():
            notes.append(f"no blank on {platform}: what the diluent holds was not assessed")
    bounded = measured.runs.loc[measured.runs["uncounted"] > 0, "run"]
    if len(bounded):
        refused = "rows of it were refused or have no size, and may be particles"
        notes.append(f"an interval and no value for {', '.join(bounded)}: {refused}")
    return notes


def ratios_part(measured: Measured, ratios: pd.DataFrame) -> Part:
    """Ratios of parallel samples in each range, and of beads near their nominal size, against their margins."""
    if not measured.pairs:
        return Part(skipped=FEW_PLATFORMS)
    if ratios.empty:
        return Part(skipped="no sample of role parallel or beads was measured on two platforms")
    numbers: dict = {}
    for row in ratios.to_dict("records"):
        pair = numbers.setdefault(row["pair"], {"first": row["first"], "second": row["second"], "samples": {}})
        pair["alike"] = measured.alike(row["first"], row["second"])
        pair["samples"].setdefault(row["sample"], {})[row["at"]] = stated({name: row[name] for name in RATIO_NUMBERS})
    # Bins stand in the table; the picture shows what is cumulative and the beads.
    picture = pictures.picture_ratios(ratios[~ratios["at"].str.match(r"[\d.]+_to_")], measured.origin)
    return Part({"multiplicity": multiplicity(ratios), "pairs": numbers}, {"ratio": picture})


def dilution_part(measured: Measured, counts: pd.DataFrame, settings: Compare) -> Part:
    """Linearity of each family of dilutions, on each platform and in each cumulative range."""
    if "parent" not in measured.runs or measured.runs["parent"].isna().all():
        return Part(
            skipped="no sample names the sample that it was diluted from (column parent of the sample sheet), so "
            "dilutions can't be related"
        )
    blanks = blanks_of(counts)
    counted = counted_samples(counts, blanks, settings.volume_rsd)
    numbers: dict = {}
    for parent, members in families(measured.runs).items():
        own = counts[counts["sample"].isin(members) & (counts["to_um"] == inf) & counts["imaged_ml"].notna()]
        for (platform, at), rows in own.groupby(["platform", "at"], sort=False):
            spread = max(0.0, *(float(counted[s, platform, at].rate.spread.value) for s in rows["sample"].unique()))
            found = linearity(rows, spread, blanks.get((platform, rows["from_um"].iloc[0], inf)))
            numbers.setdefault(parent, {}).setdefault(platform, {})[at] = stated(found)
    if not numbers:
        return Part(skipped="no run of a family of dilutions has a concentration")
    return Part(
        numbers, {"dilution": pictures.picture_dilution(counts, numbers, families(measured.runs), measured.origin)}
    )


def agreement_part(measured: Measured, counts: pd.DataFrame, ranges: list[SizeRange], settings: Compare) -> Part:
    """Agreement over the parallel samples, from each threshold, and over samples and bins of sizes together."""
    if not measured.pairs:
        return Part(skipped=FEW_PLATFORMS)
    numbers: dict = {}
    shown: list[dict] = []
    for pair in measured.pairs:
        for at, tried in _tried(measured, counts, pair, ranges, settings.volume_rsd).items():
            pairs = [found for found in tried if found]
            if len(pairs) >= FEWEST_SAMPLES:
                name = f"{pair[1]}/{pair[0]}"
                found = agreement_of(pairs) | {"left_out": len(tried) - len(pairs)}
                numbers.setdefault(name, {})[at] = found
                shown.append({"pair": name, "at": at, "pairs": pairs})
    if not numbers:
        return Part(skipped=f"fewer than {FEWEST_SAMPLES} parallel samples with particles in each run on two platforms")
    return Part(numbers, {"agreement": pictures.picture_agreement(shown, numbers, measured.origin)})


def _tried(
    measured: Measured, counts: pd.DataFrame, pair: tuple[str, str], ranges: list[SizeRange], volume_rsd: float
) -> dict[str, list[Paired | None]]:
    """Range, or ALL_BINS, -> each parallel sample on both platforms, None where a run has no particle."""
    own = counts[counts["platform"].isin(pair)]
    counted = counted_samples(own[own["role"] == "parallel"], blanks_of_both(own, pair), volume_rsd)
    largest = max(size_range.low_um for size_range in ranges)
    result: dict[str, list[Paired | None]] = {}
    for size_range in ranges:
        tried = []
        for sample in measured.on_both("parallel", pair):
            places = [(sample, platform, size_range.key) for platform in pair]
            if all(place in counted for place in places):
                tried.append(paired(*(counted[place] for place in places)))
        if size_range.high_um == inf:
            result[size_range.key] = tried
        if size_range.high_um < inf or size_range.low_um == largest:
            result.setdefault(ALL_BINS, []).extend(tried)
    return result
