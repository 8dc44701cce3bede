"""The comparison of two instruments in words, for who signs it: what agrees, what doesn't, what can't be told."""

from collections import Counter, defaultdict

EVERYTHING = "all_particles"
IN_WORDS = {
    "within": "Agrees",
    "outside": "Differs",
    "undecided": "Undecided",
    "not decidable": "Can’t be decided",
    "not compared": "Not compared",
}
MORE_RUNS = "more runs would decide it"


def conclusions(compare: dict) -> list[dict]:
    """A row for each pair, what was counted (all particles, each class, beads) and size: {"pair", "what", "at",
    "verdicts"}, the last: verdict -> samples with their ratios, as IN_WORDS orders them."""
    rows: dict[tuple[str, str, str], dict[str, list]] = defaultdict(lambda: defaultdict(list))
    for pair, compared in (compare.get("ratios") or {}).get("pairs", {}).items():
        for sample, found in compared["samples"].items():
            for at, ratio in found.items():
                if "_to_" not in at:
                    what = EVERYTHING if at.startswith("at_least_") else "beads"
                    rows[pair, what, at][ratio["verdict"]].append({"sample": sample, **ratio})
    for pair, compared in (compare.get("classes") or {}).get("pairs", {}).items():
        for sample, found in compared["samples"].items():
            for at, ratios in found.items():
                for name, ratio in ratios.items():
                    rows[pair, name, at][ratio["verdict"]].append({"sample": sample, **ratio})
    counted = list(dict.fromkeys((pair, what) for pair, what, _ in rows))
    return [
        {"pair": pair, "what": what, "at": at, "verdicts": {word: own[word] for word in IN_WORDS if word in own}}
        for (pair, what, at), own in sorted(rows.items(), key=lambda entry: counted.index(entry[0][:2]))
    ]


def undecidable(rows: list[dict]) -> list[dict]:
    """Why the design can't decide, what that holds most often first: {"reason", "places"}, the places {"what", "at",
    "samples"}. `rows` as conclusions gives them."""
    reasons: dict[str, Counter] = defaultdict(Counter)
    for row in rows:
        for ratio in row["verdicts"].get("not decidable", []):
            reasons[_why(ratio)][row["what"], row["at"]] += 1
    ordered = sorted(reasons.items(), key=lambda entry: (-entry[1].total(), entry[0]))
    return [
        {
            "reason": reason,
            "places": [{"what": what, "at": at, "samples": samples} for (what, at), samples in places.items()],
        }
        for reason, places in ordered
    ]


def _why(ratio: dict) -> str:
    """The verdict's reason; those that differ in a number of runs alone are one."""
    reason = ratio.get("reason", "").removeprefix("with this design").strip(": ()")
    return MORE_RUNS if ratio.get("runs_needed") and reason.startswith("needs ") else reason
