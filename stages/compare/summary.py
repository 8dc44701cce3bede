"""What the comparison comes to, short enough to read whole and to compare with an earlier one."""

from collections import Counter

import numpy as np

from stages.common.params.compare import Compare
from stages.compare.measured import Measured
from stages.compare.ratios import NEAR_NOMINAL
from stages.compare.verdict import NOT_COMPARED, OUTSIDE, WITHIN

ROUNDED = ("ratio", "low", "high", "verdict")


def summary_of(measured: Measured, settings: Compare, numbers: dict[str, dict]) -> dict:
    """`numbers`: part of the comparison -> its numbers, as metrics/compare.json has them. What was not assessed is
    absent."""
    ratios = numbers["ratios"].get("pairs", {})
    classes = numbers["classes"].get("pairs", {})
    pairs = {
        pair: {
            "all_particles": _from_sizes(compared, numbers["agreement"].get(pair, {})),
            "beads": _beads(compared),
            "classes": _of_classes(classes.get(pair, {"samples": {}})),
        }
        for pair, compared in ratios.items()
    }
    return {
        "origin": measured.origin,
        "diameters": measured.columns,
        "margins": {role: list(settings.ratio_limits.of(role)) for role in ("parallel", "beads")},
        "fit_for_use": numbers["suitability"].get("verdicts", {}),
        "decided": _decided(numbers["ratios"].get("multiplicity", {})),
        "pairs": pairs,
        "transfer": {
            name: {"left_out": own["left_out_predicted"], "inside_90": own["left_out_inside"]}
            for name, own in numbers["transfer"].items()
        },
        "images": _images(numbers["embedding"].get("mixing", {})),
    }


def _from_sizes(compared: dict, agreement: dict) -> dict:
    """Size from which on -> how many samples have each verdict, and the mean ratio of the samples with its interval."""
    result: dict[str, dict] = {}
    for found in compared["samples"].values():
        for at, ratio in found.items():
            if at.startswith("at_least_"):
                words = result.setdefault(at, {"verdicts": Counter()})["verdicts"]
                words[ratio["verdict"]] += 1
    for at, entry in result.items():
        entry["verdicts"] = dict(sorted(entry["verdicts"].items()))
        limits = agreement.get(at, {}).get("bland_altman", {})
        if "ratio" in limits:
            low, high = limits["ratio_interval"]
            entry["mean_ratio"] = {"ratio": limits["ratio"], "low_95": low, "high_95": high}
    return result


def _beads(compared: dict) -> dict:
    return {
        sample: {name: found[NEAR_NOMINAL][name] for name in ROUNDED if name in found[NEAR_NOMINAL]}
        for sample, found in compared["samples"].items()
        if NEAR_NOMINAL in found
    }


def _of_classes(compared: dict) -> dict:
    """Class -> size from which on -> how many samples have each verdict."""
    result: dict[str, dict[str, Counter]] = {}
    for found in compared["samples"].values():
        for at, ratios in found.items():
            for name, ratio in ratios.items():
                result.setdefault(name, {}).setdefault(at, Counter())[ratio["verdict"]] += 1
    return {name: {at: dict(sorted(words.items())) for at, words in own.items()} for name, own in result.items()}


def _decided(multiplicity: dict) -> dict:
    """Of all verdicts on ratios of all particles and beads."""
    judged = multiplicity.get("verdicts", 0) - multiplicity.get(NOT_COMPARED, 0)
    if not judged:
        return {}
    decided = multiplicity.get(WITHIN, 0) + multiplicity.get(OUTSIDE, 0)
    return {"verdicts": judged, "within": multiplicity.get(WITHIN, 0), "share": decided / judged}


def _images(mixing: dict) -> dict:
    """Means over classes; `floor` of those that have one."""
    result: dict[str, dict] = {}
    for measure in ("neighbours", "told_apart"):
        for kind in ("across", "floor"):
            values = [own[measure][kind] for own in mixing.values() if own[measure][kind] is not None]
            if values:
                result.setdefault(measure, {})[kind] = float(np.mean(values))
    return result
