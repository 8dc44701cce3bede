"""What is in each sample: a row for each, and three sentences."""

from collections.abc import Iterable

ROLES = ("parallel", "unlabelled", "class")  # whose samples are asked about; beads and blanks are checks
ALL = "all particles"


def thresholds_of(counts: dict) -> list[str]:
    """at_least_2_um, at_least_5_um, ... of the comparison's counts, ascending."""
    found = [own for platforms in counts.values() for own in platforms.values()]
    names = {at for own in found for at in own if at.startswith("at_least_")}
    return sorted(names, key=lambda at: float(at.split("_")[2]))


def answer_rows(compare: dict, roles: dict[str, str]) -> list[dict]:
    """A row a sample and platform, of all particles: {"sample", "platform", "runs", "what", "cells"}.

    roles: sample -> role. A cell holds value, low and high in particles/mL; `at_most` where none was seen: then high is
    what so small a volume excludes.
    """
    counts = compare.get("counts") or {}
    thresholds = thresholds_of(counts)
    asked = sorted(
        (sample for sample in counts if roles.get(sample) in ROLES), key=lambda name: (ROLES.index(roles[name]), name)
    )
    return [
        {
            "sample": sample,
            "platform": platform,
            "runs": found["runs"],
            "what": ALL,
            "cells": [_cell(found.get(at), found.get("power")) for at in thresholds],
        }
        for sample in asked
        for platform, found in counts[sample].items()
    ]


def _cell(entry: dict | None, power: dict | None) -> dict:
    """Of a size: nothing where nothing is known of its concentration."""
    if not entry or (entry.get("per_ml") is None and entry.get("per_ml_high") is None):
        return {}
    at_most = entry.get("per_ml") == 0 and not entry.get("uncounted")
    high = entry.get("per_ml_high")
    if at_most and high is None and power:
        high = power["none_seen_excludes_above_per_ml"]
    return {"value": entry.get("per_ml"), "low": entry.get("per_ml_low"), "high": high, "at_most": at_most}


def best_networks(networks: dict[str, dict | None]) -> dict[str, str]:
    """Platform -> the network that the selection split chose: highest macro recall there, then AUPRC, then name."""
    known = {name: found for name, found in networks.items() if found and found.get("selection")}

    def rank(name: str) -> tuple:
        scores = known[name]["selection"]
        return -scores["macro_recall"], -scores["macro_auprc"], name

    best: dict[str, str] = {}
    for name in sorted(known, key=rank):
        best.setdefault(known[name]["platform"], name)
    return dict(sorted(best.items()))


def verdict_counts(compare: dict) -> dict[str, dict[str, int]]:
    """Pair of platforms -> verdict -> how many of its ratios from a threshold upwards."""
    result: dict[str, dict[str, int]] = {}
    for pair, compared in (compare.get("ratios") or {}).get("pairs", {}).items():
        for at, ratio in _cumulative(compared["samples"].values()):
            own = result.setdefault(pair, {})
            own[ratio["verdict"]] = own.get(ratio["verdict"], 0) + ("_to_" not in at)
    return result


def _cumulative(samples: Iterable[dict]) -> list[tuple[str, dict]]:
    return [(at, ratio) for found in samples for at, ratio in found.items() if "_to_" not in at]


def verdict_grid(compared: dict) -> tuple[list[str], list[tuple[str, list[dict | None]]]]:
    """Sizes, and for each sample its ratio at each of them (None where there is none)."""
    ordered = [at for at, _ in _cumulative(compared["samples"].values())]
    sizes = list(dict.fromkeys(ordered))
    return sizes, [(sample, [found.get(at) for at in sizes]) for sample, found in compared["samples"].items()]
