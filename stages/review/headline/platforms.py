"""What the comparison of instruments comes to, at one size and of one sample."""

from stages.review.headline.numbers import mean_half, numbered, with_interval

SIZE_UM = 10.0  # where USP <788> counts, and instruments still see enough


def of_platforms(compare: dict) -> dict[str, dict]:
    """Figures by name. compare: metrics/compare.json. What was not compared is absent."""
    return _counts(compare) | _ratio(compare) | _beads(compare) | _crossed(compare)


def _counts(compare: dict) -> dict[str, dict]:
    """Particles/mL on each platform, of the sample that most particles of that size were counted of; a parallel sample
    where there is one, for beads and blanks answer nobody's question."""
    counts: dict[str, dict] = compare.get("counts", {})
    parallel = {
        sample
        for compared in compare.get("ratios", {}).get("pairs", {}).values()
        for sample, found in compared["samples"].items()
        if any(at.startswith("at_least_") for at in found)
    }
    asked = {sample: found for sample, found in counts.items() if sample in parallel} or counts
    every = [found for platforms in asked.values() for found in platforms.values()]
    sizes = {at for found in every for at in found if at.startswith("at_least_")}
    if not sizes:
        return {}
    at = min(sizes, key=lambda name: (abs(_size(name) - SIZE_UM), name))
    known = {
        sample: {platform: found[at] for platform, found in platforms.items() if "per_ml" in found.get(at, {})}
        for sample, platforms in asked.items()
    }
    sample = min(known, key=lambda name: (-sum(entry["count"] for entry in known[name].values()), name))
    return {f"per_ml_{at}_{sample}_{platform}": _of(entry, "per_ml") for platform, entry in known[sample].items()}


def _ratio(compare: dict) -> dict[str, dict]:
    """Ratio of the parallel sample and size that the interval is narrowest of, of each pair."""
    figures = {}
    for pair, compared in compare.get("ratios", {}).get("pairs", {}).items():
        whole = [
            (entry["high"] / entry["low"], sample, at, entry)
            for sample, found in compared["samples"].items()
            for at, entry in found.items()
            if at.startswith("at_least_") and _size(at) == SIZE_UM and {"ratio", "low", "high"} <= set(entry)
        ]
        if whole:
            _, sample, at, entry = min(whole, key=lambda found: found[:3])
            scored = {"value": entry["ratio"], "low": entry["low"], "high": entry["high"]}
            figures[f"ratio_{at}_{sample}_{pair}"] = with_interval(scored)
    return figures


def _beads(compare: dict) -> dict[str, dict]:
    """The largest bias of beads' size, of all sizes and platforms."""
    found = [
        _of(entry, "bias")
        for platforms in compare.get("beads", {}).values()
        for entry in platforms.values()
        if entry.get("bias") is not None and "bias_low" in entry
    ]
    return {"bead_bias_worst": max(found, key=lambda figure: abs(figure["value"]))} if found else {}


def _crossed(compare: dict) -> dict[str, dict]:
    """The lowest macro recall of a network on another platform than its own."""
    crossed = [
        found
        for trained, tests in compare.get("crossed", {}).items()
        for tested, found in tests.items()
        if tested != trained
    ]
    if not crossed:
        return {}
    worst = min(crossed, key=lambda found: found["macro_recall"])
    halves = [(entry["high"] - entry["low"]) / 2 for entry in worst["recall"].values()]
    return {"other_platform_macro_recall": numbered(worst["macro_recall"], mean_half(halves))}


def _of(entry: dict, name: str) -> dict[str, float]:
    """The figure `name` of an entry that holds its interval as name_low and name_high."""
    return with_interval({"value": entry[name], "low": entry[f"{name}_low"], "high": entry[f"{name}_high"]})


def _size(at: str) -> float:
    """at_least_10_um -> 10.0."""
    return float(at.removeprefix("at_least_").removesuffix("_um"))
