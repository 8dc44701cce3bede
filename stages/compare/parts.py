"""The parts of the comparison. Each gives its numbers and pictures, or a sentence why it was skipped."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from stages.common.base.origin import origin_of
from stages.common.base.seeds import random_of
from stages.common.params.compare import Compare
from stages.compare import embedding, maps, pictures
from stages.compare.beads import summarize
from stages.compare.counts import count_samples
from stages.compare.measured import Measured
from stages.compare.ratio import count_ratio, judged
from stages.compare.sizes import compare_sizes
from stages.compare.transfer import read_embedding, transfer

FEW_PLATFORMS = "fewer than two platforms report diameters; a comparison needs two"


@dataclass
class Part:
    numbers: dict = field(default_factory=dict)
    pictures: dict[str, Figure] = field(default_factory=dict)
    skipped: str | None = None


def counts_part(measured: Measured, counts: pd.DataFrame) -> Part:
    """Concentrations of every sample on every platform."""
    sentences = []
    if measured.unsized:
        sentences.append(f"no count for {len(measured.unsized)} runs whose particles have no diameter")
    without = measured.runs[measured.runs["imaged_ml"].isna()]
    for reason, runs in without.groupby("no_concentration")["run"]:
        sentences.append(f"counts only, no concentration, for {len(runs)} of {len(measured.runs)} runs: {reason}")
    bounded = measured.runs.loc[measured.runs["uncounted"] > 0, "run"]
    if len(bounded):
        sentences.append(
            f"an interval and no value for {', '.join(bounded)}: rows of it were refused or have no size, and may be "
            "particles"
        )
    shown = {} if counts.empty else {"counts": pictures.picture_counts(counts, measured.origin)}
    return Part(count_samples(counts), shown, "; ".join(sentences) or None)


def ratio_of(table: pd.DataFrame, pair: tuple[str, str], limits: list[float]) -> dict:
    """Ratio of the second platform over the first; `table`: a row a run, with count, uncounted, imaged_ml, dilution.

    Where rows could not be counted, the interval from the least ratio that there can be to the greatest.
    """
    if table["imaged_ml"].isna().any():
        return judged({"reason": "a run has no concentration"}, limits)
    volumes, second = table["imaged_ml"] / table["dilution"], table["platform"] == pair[1]
    if not table["uncounted"].any():
        return judged(count_ratio(table["count"], volumes, second), limits)
    least = count_ratio(table["count"] + table["uncounted"].where(~second, 0), volumes, second)
    greatest = count_ratio(table["count"] + table["uncounted"].where(second, 0), volumes, second)
    reason = {"reason": "rows of a run could not be counted"}
    if "low" not in least or "high" not in greatest:
        return judged(reason, limits)
    return judged(reason | {"low": least["low"], "high": greatest["high"], "level": least["level"]}, limits)


def ratios_part(measured: Measured, counts: pd.DataFrame, beads: pd.DataFrame, settings: Compare) -> Part:
    """Ratios of parallel samples at each threshold, and of beads near their nominal size, against their margins."""
    if measured.pair is None:
        return Part(skipped=FEW_PLATFORMS)
    first, second = measured.pair
    numbers: dict = {}
    for sample in measured.on_both("parallel"):
        own = counts[(counts["sample"] == sample) & counts["platform"].isin(measured.pair)]
        numbers[sample] = {
            f"at_least_{threshold}_um": ratio_of(rows, measured.pair, settings.ratio_limits.parallel)
            for threshold, rows in own.groupby("threshold_um")
        }
    for sample in measured.on_both("beads"):
        own = beads[(beads["sample"] == sample) & beads["platform"].isin(measured.pair)]
        if own["platform"].nunique() == 2:
            numbers[sample] = {"near_nominal": ratio_of(own, measured.pair, settings.ratio_limits.beads)}
    if not numbers:
        return Part(skipped=f"no sample of role parallel or beads was measured on both {first} and {second}")
    named = [
        {"name": f"{sample} {at.replace('_', ' ').replace('um', 'µm')}", **ratio}
        for sample, own in numbers.items()
        for at, ratio in own.items()
    ]
    picture = pictures.picture_ratios(named, first, second, measured.origin)
    return Part({"first": first, "second": second, "samples": numbers}, {"ratio": picture})


def beads_part(measured: Measured, beads: pd.DataFrame) -> Part:
    """Size and recovery of beads."""
    if beads.empty:
        return Part(skipped="no run of role beads with a nominal diameter was ingested")
    few = beads.loc[beads["median_um"].isna(), "run"]
    return Part(
        summarize(beads),
        {"beads": pictures.picture_beads(beads, measured.sizes, measured.origin)},
        f"too few beads near the nominal diameter in {', '.join(few)}" if len(few) else None,
    )


def sizes_part(measured: Measured, settings: Compare, seed: int) -> Part:
    """Size distributions of parallel samples, permuted by run."""
    if measured.pair is None:
        return Part(skipped=FEW_PLATFORMS)
    first, second = measured.pair
    # Below the higher of the instruments' size filters one of them counts nothing.
    smallest = float(max([min(settings.thresholds_um), *measured.runs["min_size_um"].dropna()]))
    numbers: dict = {}
    shown: dict = {}
    for sample in measured.on_both("parallel"):
        own = {platform: measured.sizes_in(sample, platform, smallest) for platform in measured.pair}
        if not all(sum(map(len, runs)) for runs in own.values()):
            continue
        second_runs = np.repeat([False, True], [len(own[first]), len(own[second])])
        random = random_of(seed, "compare", "sizes", sample)
        numbers[sample] = compare_sizes(own[first] + own[second], second_runs, random) | {"from_um": smallest}
        shown[sample] = own
    if not numbers:
        return Part(skipped=f"no sample of role parallel has particles from {smallest:g} µm on {first} and {second}")
    return Part(numbers, {"sizes": pictures.picture_sizes(shown, smallest, measured.origin)})


def transfer_part(networks: dict[str, str], classes: list[str]) -> Part:
    """Confusion matrices of networks trained on one platform and tested on each."""
    if len(networks) < 2:
        return Part(skipped=f"compare.networks names {len(networks)} of the two networks that are crossed")
    crossed, origin = transfer(networks, classes)
    if len({platform for own in crossed.values() for platform in own}) < 2:
        return Part(skipped="the validation particles come from one platform only")
    return Part(crossed, {"confusion": maps.picture_confusion(crossed, classes, origin)})


def embedding_part(settings: Compare, classes: list[str], seed: int) -> Part:
    """Map of one network's features, and how far the platforms lie apart in them."""
    if not settings.networks:
        return Part(skipped="compare.networks names no network whose features could be mapped")
    network = next(iter(settings.networks.values()))
    table = embedding.drawn(read_embedding(network), settings.umap_images, seed)
    if len(table) < 10:
        return Part(skipped=f"{network} has features of {len(table)} particles; a map needs at least 10")
    features = embedding.features_of(table)
    points = embedding.umap_of(features, settings.umap_neighbours, settings.umap_min_dist, seed)
    colourings = {"class": pd.Categorical(table["class"], classes)}
    numbers = {"network": network, "particles": len(table), "features": features.shape[1]}
    part = Part(numbers)
    if table["platform"].nunique() > 1:
        colourings["platform"] = pd.Categorical(table["platform"])
        numbers["silhouette_by_platform"] = embedding.platform_silhouette(features, table)
        numbers["platforms_told_apart"] = embedding.platform_accuracy(features, table, seed)
    else:
        part.skipped = "the mapped particles come from one platform: coloured by class only"
    part.pictures["umap"] = maps.picture_umap(points, colourings, network, origin_of(table))
    return part
