"""What is in each sample: a row for each, and three sentences."""

from collections.abc import Iterable

ROLES = ("parallel", "unlabelled", "class")  # whose samples are asked about; beads and blanks are checks
LEVEL = 0.05  # of p adjusted by Holm
ALL, CLASSES = "all particles", "classes"


def thresholds_of(counts: dict) -> list[str]:
    """at_least_2_um, at_least_5_um, ... of the comparison's counts, ascending."""
    found = [own for platforms in counts.values() for own in platforms.values()]
    names = {at for own in found for at in own if at.startswith("at_least_")}
    return sorted(names, key=lambda at: float(at.split("_")[2]))


def answer_rows(compare: dict, roles: dict[str, str], by_class: list[dict]) -> list[dict]:
    """A row a sample and platform, of all particles, and below it one a class where a classifier counted them:
    {"sample", "platform", "runs", "what", "cells", "alarmed"}.

    roles: sample -> role; by_class: rows of metrics/classes.csv. A cell holds value, low and high in particles/mL;
    `at_most` where none was found: then high is what can be excluded. `alarmed`: of how many runs the network's counts
    aren't to be trusted; where that is all of them one row without cells stands for all classes, for no number is
    better than one that someone may copy.
    """
    counts = compare.get("counts") or {}
    thresholds = thresholds_of(counts)
    classes: dict[tuple[str, str], dict[str, dict[str, dict]]] = {}
    alarms: dict[tuple[str, str], tuple[int, int]] = {}
    for row in by_class:
        if row["of"] == "sample":
            counted = row["sample"], row["platform"]
            own = classes.setdefault(counted, {}).setdefault(row["class"], {})
            own[f"at_least_{row['at_least_um']:g}_um"] = _class_cell(row)
            alarms[counted] = row["alarmed"], row["runs"]
    asked = sorted(
        (sample for sample in counts if roles.get(sample) in ROLES), key=lambda name: (ROLES.index(roles[name]), name)
    )
    rows = []
    for sample in asked:
        for platform, found in counts[sample].items():
            told = {"sample": sample, "platform": platform, "runs": found["runs"], "alarmed": 0}
            cells = [_cell(found.get(at), found.get("power")) for at in thresholds]
            rows.append(told | {"what": ALL, "cells": cells})
            alarmed, runs = alarms.get((sample, platform), (0, 0))
            told["alarmed"] = alarmed
            if alarmed and alarmed == runs:
                rows.append(told | {"what": CLASSES, "cells": []})
                continue
            for name, own in classes.get((sample, platform), {}).items():
                rows.append(told | {"what": name, "cells": [own.get(at, {}) for at in thresholds]})
    return rows


def _class_cell(row: dict) -> dict:
    if row["per_ml_high"] is None:
        return {}
    return {
        "value": row["per_ml"],
        "low": row["per_ml_low"],
        "high": row["per_ml_high"],
        "at_most": not row["found"],
    }


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


def gain_of_synthetic(summary: dict) -> dict | None:
    """Whether synthetic images help: {"verdict", "differences": [{"mixed", "against", "value", "low", "high"}]} of the
    best mixed set minus the same real images, and of every mixed set minus its best control, of metrics/table.json.

    They help only where both say so, by an interval above 0 that stands corrected for all comparisons; a gain over real
    images alone may be had without any synthetic image, by a method against imbalance.
    """
    headline = summary.get("headline")
    if not headline:
        return None
    controls = summary.get("contrasts_with_controls") or {}
    compared = [headline | {"mixed": headline["best_mixed"]}]
    compared += [each | {"mixed": name} for name, each in controls.items()]
    signs = [_sign(each["macro_recall_difference"]) for each in compared]
    if barred := next((each["claim"] for each in compared if not each["allows_a_claim"]), None):
        verdict = f"Not shown: {barred.removeprefix('none: ')}"
    elif not controls:
        verdict = "Not shown: no control without synthetic images was trained"
    elif min(signs) > 0:
        verdict = "Yes, against the same real images alone and against the best control"
    elif min(signs) < 0:
        worst = compared[signs.index(-1)]
        verdict = f"No: {worst['against']} does better than {worst['mixed']}"
    else:
        verdict = "Not shown: not every interval below lies above 0, or stands corrected for all comparisons"
    told = [{name: each[name] for name in ("mixed", "against")} | each["macro_recall_difference"] for each in compared]
    return {"verdict": verdict, "differences": told}


def _sign(difference: dict) -> int:
    """1 or -1 for a difference that stands corrected for all comparisons, else 0."""
    if difference.get("p_adjusted", 1.0) >= LEVEL:
        return 0
    return int(difference["low"] > 0) - int(difference["high"] < 0)


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
