"""Does each class agree, not only all particles together? Counts corrected for each network's mistakes."""

from pathlib import Path

from stages.common.params.compare import Compare
from stages.compare.classes.called import read_called
from stages.compare.classes.pictures import picture_class_ratios
from stages.compare.classes.samples import class_counts, class_ratios, count_table
from stages.compare.measured import Measured
from stages.compare.parts.part import Part, stated
from stages.compare.ranges import cumulative
from stages.compare.verdict import NOT_COMPARED

RATIO_NUMBERS = (
    *("ratio", "low", "high", "limit_low", "limit_high", "placeable_low", "placeable_high", "power", "runs_needed"),
    *("verdict", "reason"),
)
COUNT_NUMBERS = (
    *("known", "called", "found", "number", "per_ml", "per_ml_low", "per_ml_high"),
    *("detectable_per_ml", "detectable_share"),
)
NOTES = [
    "each platform's particles are called by a network that learnt on that platform; its mistakes are those on "
    "particles of pure samples that it did not learn (selection and validation), and may be others in mixtures",
    "blanks are not taken off class counts",
]


def classes_part(measured: Measured, settings: Compare, classes: list[str], folder: Path, seed: int) -> Part:
    """Counts of each class on each platform that has a network of its own, and their ratios against the margins;
    `folder` holds what the networks call the particles."""
    networks = {platform: name for platform, name in settings.networks.items() if platform in measured.columns}
    pairs = [pair for pair in measured.pairs if set(pair) <= set(networks)]
    if not any(measured.on_both("parallel", pair) for pair in pairs):
        return Part(skipped="no sample of role parallel on two platforms that have a network of their own")
    called = {
        name: read_called(folder / f"{name}.parquet", measured.columns[name], classes, settings.thresholds_um)
        for name in networks
    }
    known = {platform: dict(zip(classes, map(int, own.known), strict=True)) for platform, own in called.items()}
    if lacking := [platform for platform, own in known.items() if not all(own.values())]:
        return Part(skipped=f"a class has no selection or validation particle on {', '.join(sorted(lacking))}")
    ranges = cumulative(settings.thresholds_um)
    counts = class_counts(measured, called, classes, ranges, seed)
    ratios = class_ratios(measured, counts, classes, ranges, settings.ratio_limits.of("parallel"))
    if ratios.empty or (ratios["verdict"] == NOT_COMPARED).all():
        return Part(skipped="no parallel sample has a concentration on two platforms")
    table = count_table(counts, known)
    numbers: dict = {"networks": networks, "counts": {}, "pairs": {}}
    for row in table.to_dict("records"):
        sample = numbers["counts"].setdefault(row["sample"], {}).setdefault(row["platform"], {})
        sample.setdefault(row["at"], {})[row["class"]] = stated({name: row[name] for name in COUNT_NUMBERS})
    for row in ratios.to_dict("records"):
        pair = numbers["pairs"].setdefault(row["pair"], {"first": row["first"], "second": row["second"], "samples": {}})
        sizes = pair["samples"].setdefault(row["sample"], {})
        sizes.setdefault(row["at"], {})[row["class"]] = stated({name: row[name] for name in RATIO_NUMBERS})
    return Part(
        numbers,
        {"classes": picture_class_ratios(ratios, classes, measured.origin)},
        notes=NOTES,
        tables={"counts": table, "ratios": ratios},
    )
