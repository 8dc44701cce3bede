"""Beads and distributions of sizes."""

import numpy as np
import pandas as pd

from stages.common.base.seeds import random_of
from stages.common.params.compare import Compare
from stages.compare import pictures
from stages.compare.beads import summarize
from stages.compare.lattice import on_one_lattice
from stages.compare.measured import Measured
from stages.compare.parts.part import FEW_PLATFORMS, Part
from stages.compare.sizes import Compared, add_up, compare_sizes


def beads_part(measured: Measured, beads: pd.DataFrame) -> Part:
    """Size and recovery of beads."""
    if beads.empty:
        return Part(skipped="no run of role beads with a nominal diameter was ingested")
    reasons = beads[beads["reason"].notna()].groupby("reason")["run"].agg(", ".join)
    sentences = [f"no bead size for {runs}: {reason}" for reason, runs in reasons.items()]
    steps = beads[beads["lattice_um"].notna()].groupby("platform")["lattice_um"].min()
    notes = [f"{platform} reports diameters in steps of {step:g} µm" for platform, step in steps.items()]
    return Part(
        summarize(beads),
        {"beads": pictures.picture_beads(beads, measured.sizes, measured.origin)},
        "; ".join(sentences) or None,
        notes,
    )


def sizes_part(measured: Measured, settings: Compare, seed: int) -> Part:
    """Size distributions of parallel samples, permuted by run within each sample and added up."""
    if not measured.pairs:
        return Part(skipped=FEW_PLATFORMS)
    numbers: dict = {}
    shown: dict = {}
    lowest = 0.0
    for first, second in measured.pairs:
        # Below the higher of the instruments' size filters one of them counts nothing.
        smallest = max(min(settings.thresholds_um), measured.smallest_um(first), measured.smallest_um(second))
        samples: dict[str, Compared] = {}
        coarsest = 0.0
        for sample in measured.on_both("parallel", (first, second)):
            own = {platform: measured.sizes_in(sample, platform, smallest) for platform in (first, second)}
            rounded, step = on_one_lattice(own[first], own[second])
            # Of the lowest step a size filter may have cut a part on one of the platforms only.
            runs = [[sizes[sizes >= smallest + step] for sizes in platform] for platform in rounded]
            if not all(sum(map(len, platform)) for platform in runs):
                continue
            second_runs = np.repeat([False, True], [len(platform) for platform in runs])
            random = random_of(seed, "compare", "sizes", first, second, sample)
            samples[sample] = compare_sizes(runs[0] + runs[1], second_runs, random)
            coarsest = max(coarsest, step)
            shown[sample] = shown.get(sample, {}) | own
        if samples:
            lowest = max(lowest, smallest)
            random = random_of(seed, "compare", "sizes", first, second)
            numbers[f"{second}/{first}"] = {
                "from_um": smallest,
                "lattice_um": coarsest or None,
                "diameters": {platform: measured.columns[platform] for platform in (first, second)},
                "alike": measured.alike(first, second),
                "samples": {sample: own.numbers for sample, own in samples.items()},
                "together": add_up(list(samples.values()), random),
            }
    if not numbers:
        return Part(skipped="no sample of role parallel has particles large enough on two platforms")
    return Part(numbers, {"sizes": pictures.picture_sizes(shown, lowest, measured.origin)})
