"""Whether the results may be trusted: a list of checks, each with what was found and where to read on."""

from dataclasses import dataclass

PASS, LOOK, FAIL = "pass", "look", "fail"
SHOWN = 6  # runs named in a check


@dataclass(frozen=True)
class Check:
    """state: PASS, LOOK (a person decides) or FAIL; link: the part of the page that tells more."""

    name: str
    state: str
    said: str
    link: str


def checks_of(inputs: dict) -> list[Check]:
    """In the order in which data flow. What was not made is left out: the page says so where it belongs."""
    found = [
        *_reading(inputs["ingest"], inputs["rejects"]["count"]),
        *_leakage(inputs["split"]),
        *_copies({name: own["metrics"] for name, own in inputs["generators"].items()}),
        *_seeds(inputs["table_summary"]),
        *_blanks(inputs["compare"], inputs["runs"]),
        *_beads(inputs["compare"]),
        *_strange(inputs["predicted"]),
    ]
    return [check for check in found if check is not None]


def _reading(ingest: dict | None, rejects: int) -> list[Check]:
    if not ingest:
        return []
    complete = ingest["rows_read"] == ingest["accepted"] + ingest["rejected"]
    skipped, unknown = ingest.get("runs_skipped") or 0, ingest.get("without_concentration") or 0
    warnings = (ingest.get("warnings") or 0) + (ingest.get("unknown_labels") or 0)
    rows = f"{ingest['rows_read']} rows read = {ingest['accepted']} accepted + {ingest['rejected']} refused"
    return [
        Check("Rows", PASS if complete else FAIL, rows, "runs"),
        Check(
            "Refused rows", LOOK if rejects else PASS, _many(rejects, "row was refused", "rows were refused"), "runs"
        ),
        Check("Runs", FAIL if skipped else PASS, _many(skipped, "run was skipped", "runs were skipped"), "runs"),
        Check(
            "Volumes",
            LOOK if unknown else PASS,
            _many(unknown, "run has no concentration", "runs have no concentration"),
            "runs",
        ),
        Check(
            "Exports agree with themselves", LOOK if warnings else PASS, _many(warnings, "warning", "warnings"), "runs"
        ),
    ]


def _leakage(split: dict | None) -> list[Check]:
    if not split:
        return []
    leak = split["leakage"]
    both = leak["runs_on_two_sides"] + leak["identical_images_on_two_sides"]
    by_image = sorted({name for names in (leak.get("classes_divided_by_image") or {}).values() for name in names})
    said = f"{leak['runs_on_two_sides']} runs and {leak['identical_images_on_two_sides']} images on two sides"
    if by_image:
        return [Check("Leakage", FAIL if both else LOOK, f"{said}; {', '.join(by_image)} divided by image", "split")]
    return [Check("Leakage", FAIL if both else PASS, said, "split")]


def _copies(quality: dict[str, dict | None]) -> list[Check]:
    found = []
    for name, own in quality.items():
        copies = (own or {}).get("copies")
        if copies:
            said = f"{copies['dropped']} of {copies['made']} synthetic images were copies, and dropped"
            state = FAIL if copies["authentic_share"] < copies["authentic_min"] else PASS
            found.append(Check(f"Copies, {name.replace('_', ' ')}", state, said, "generators"))
    return found


def _seeds(table: dict | None) -> list[Check]:
    best = (table or {}).get("headline")
    if not best:
        return []
    said = f"{best['seeds']} seeds of the classifier, {best['generators']} generators a class (3 each allow a claim)"
    return [Check("Repeats", PASS if best["allows_a_claim"] else LOOK, said, "classifiers")]


def _blanks(compare: dict | None, runs: list[dict]) -> list[Check]:
    counts = (compare or {}).get("counts") or {}
    platforms = sorted({run["platform"] for run in runs})
    blanks = {run["sample"] for run in runs if run["role"] == "blank"}
    found = []
    for platform in platforms:
        own = [counts[name][platform] for name in sorted(blanks) if platform in counts.get(name, {})]
        if not own:
            if counts:
                found.append(Check(f"Blank, {platform}", LOOK, "none was measured", "counts"))
            continue
        smallest = min((at for at in own[0] if at.startswith("at_least_")), key=lambda at: float(at.split("_")[2]))
        seen = sum(entry[smallest]["count"] for entry in own)
        said = f"{seen} particles in {sum(entry['runs'] for entry in own)} runs"
        found.append(Check(f"Blank, {platform}", LOOK if seen else PASS, said, "counts"))
    return found


def _beads(compare: dict | None) -> list[Check]:
    """Against the margins of beads' ratios: a bias that surely lies in them passes, one that surely doesn't fails."""
    beads = (compare or {}).get("beads") or {}
    pairs = ((compare or {}).get("ratios") or {}).get("pairs", {}).values()
    margins = [
        (ratio["limit_low"], ratio["limit_high"])
        for compared in pairs
        for sample, found in compared["samples"].items()
        for at, ratio in found.items()
        if sample in beads and "limit_low" in ratio
    ]
    if not margins:
        return []
    low, high = margins[0]
    by_platform: dict[str, list[tuple[str, str]]] = {}
    for sample, platforms in beads.items():
        for platform, entry in platforms.items():
            by_platform.setdefault(platform, []).append((_bias_state(entry, low, high), sample))
    found = []
    for platform, states in sorted(by_platform.items()):
        worst = max((state for state, _ in states), key=[PASS, LOOK, FAIL].index)
        where = [sample.replace("_", " ") for state, sample in states if state == worst]
        words = {PASS: "within", LOOK: "not surely within", FAIL: "outside"}[worst]
        said = f"size {words} {low:g} to {high:g} of nominal: {', '.join(where)}"
        found.append(Check(f"Bead sizes, {platform}", worst, said, "beads"))
    return found


def _strange(predicted: dict | None) -> list[Check]:
    """Runs in which the network that counted them may not be trusted."""
    if not predicted:
        return []
    found = []
    for name, key, words in (
        ("Unknown particles", "runs_with_foreign_particles", "with particles unlike all known ones"),
        ("Drift", "runs_that_drift", "unlike those that the network learnt from"),
    ):
        runs = predicted[key]
        said = f"{len(runs)} of {predicted['runs']} runs {words}{_named(runs)}"
        found.append(Check(name, LOOK if runs else PASS, said, "answer"))
    if small := predicted.get("runs_too_small_to_test"):
        tests = [predicted["by_run"][name][test]["fewest"] for name in small for test in ("foreign", "drift")]
        needed = [fewest for fewest in tests if fewest is not None]
        said = (
            f"{len(small)} of {predicted['runs']} runs hold too few particles to test for either, which takes "
            f"{min(needed)} to {max(needed)}{_named(small)}"
        )
        found.append(Check("Runs too small to test", LOOK, said, "answer"))
    return found


def _named(runs: list[str]) -> str:
    """The first of the runs behind a colon; nothing where there are none."""
    return f": {', '.join(runs[:SHOWN])}{', ...' if len(runs) > SHOWN else ''}" if runs else ""


def _bias_state(entry: dict, low: float, high: float) -> str:
    if entry.get("bias_low") is None:
        return LOOK
    smallest, largest = 1 + entry["bias_low"], 1 + entry["bias_high"]
    if low <= smallest and largest <= high:
        return PASS
    return FAIL if largest < low or smallest > high else LOOK


def _many(count: int, one: str, several: str) -> str:
    return f"{count or 'no'} {one if count == 1 else several}"
