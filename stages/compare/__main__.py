"""Compare the platforms: `python -m stages.compare`."""

from math import inf
from pathlib import Path

import pandas as pd

from stages.common.base.errors import run
from stages.common.base.files import replacing_folder, write_csv, write_json
from stages.common.base.parameters import Block, read_parameters
from stages.common.figures import save
from stages.common.params.classes import Classes
from stages.common.params.compare import Compare
from stages.compare.background import largest_drifts
from stages.compare.beads import measure_beads
from stages.compare.classes.samples import COUNT_COLUMNS, RATIO_COLUMNS
from stages.compare.counts import count_runs
from stages.compare.measured import read_measured
from stages.compare.parts import counting, images, sizing
from stages.compare.parts.classing import classes_part
from stages.compare.parts.suiting import suitability_part
from stages.compare.parts.transferring import transfer_part
from stages.compare.ranges import bins, cumulative
from stages.compare.ratios import count_beads, ratios_of
from stages.compare.summary import summary_of
from stages.compare.transfer.file import write_transfers

INGESTED = Path("data/ingested")
CALLED = Path("data/called")
CROSSED = Path("data/crossed.parquet")
METRICS = Path("metrics/compare.json")
SUMMARY = Path("metrics/comparability.json")
COUNTS = Path("metrics/counts.csv")
BINS = Path("metrics/bins.csv")
RATIOS = Path("metrics/ratios.csv")
CLASS_COUNTS = Path("metrics/class_counts.csv")
CLASS_RATIOS = Path("metrics/class_ratios.csv")
BEADS = Path("metrics/beads.csv")
MAP = Path("metrics/map.csv")
TRANSFERS = Path("metrics/transfer.json")
PICTURES = Path("plots/compare")


class Parameters(Block):
    """What this script reads of params.yaml."""

    seed: int
    classes: Classes
    compare: Compare


def main() -> None:
    params = read_parameters(Parameters)
    settings = params.compare
    measured = read_measured(INGESTED)
    ranges = [*cumulative(settings.thresholds_um), *bins(settings.thresholds_um)]
    counts = count_runs(measured, ranges)
    beads = measure_beads(measured, params.seed)
    ratios = ratios_of(
        measured,
        counts,
        count_beads(measured),
        ranges=ranges,
        limits=settings.ratio_limits,
        volume_rsd=settings.volume_rsd,
    )
    transferred, transfers = transfer_part(measured, beads, settings)

    found = {
        "suitability": suitability_part(measured, beads, largest_drifts(measured.runs, INGESTED), settings.suitability),
        "counts": counting.counts_part(measured, counts, settings),
        "ratios": counting.ratios_part(measured, ratios),
        "dilution": counting.dilution_part(measured, counts, settings),
        "classes": classes_part(measured, settings, params.classes.names, CALLED, params.seed),
        "agreement": counting.agreement_part(measured, counts, ranges, settings),
        "transfer": transferred,
        "beads": sizing.beads_part(measured, beads),
        "sizes": sizing.sizes_part(measured, settings, params.seed),
        "crossed": images.crossed_part(settings.networks, params.classes.names),
        "styles": images.styles_part(CROSSED, settings.networks, params.classes.names),
        "embedding": images.embedding_part(settings, params.classes.names, params.seed),
    }

    with replacing_folder(PICTURES) as folder:
        for part in found.values():
            for name, figure in part.pictures.items():
                save(figure, folder / f"{name}.png")
    is_bin = counts["to_um"] < inf
    write_csv(COUNTS, counts[~is_bin].drop(columns=["at", "to_um"]))
    write_csv(BINS, counts[is_bin].drop(columns="at"))
    write_csv(RATIOS, ratios)
    write_csv(CLASS_COUNTS, found["classes"].tables.get("counts", pd.DataFrame(columns=COUNT_COLUMNS)))
    write_csv(CLASS_RATIOS, found["classes"].tables.get("ratios", pd.DataFrame(columns=RATIO_COLUMNS)))
    write_csv(BEADS, beads)
    write_csv(MAP, found["embedding"].tables.get("map", pd.DataFrame(columns=images.MAP_COLUMNS)))
    write_transfers(TRANSFERS, transfers, measured.origin)
    write_json(SUMMARY, summary_of(measured, settings, {name: part.numbers for name, part in found.items()}))
    write_json(
        METRICS,
        {
            "origin": measured.origin,
            "diameters": measured.columns,
            **{name: part.numbers for name, part in found.items() if part.numbers},
            "notes": {name: part.notes for name, part in found.items() if part.notes},
            "skipped": {name: part.skipped for name, part in found.items() if part.skipped},
        },
    )


if __name__ == "__main__":
    run(main)
