"""Compare the platforms: `python -m stages.compare`."""

from pathlib import Path

from stages.common.base.errors import run
from stages.common.base.files import replacing_folder, write_csv, write_json
from stages.common.base.parameters import Block, Name, read_parameters
from stages.common.figures import save
from stages.common.params.compare import Compare
from stages.compare import parts
from stages.compare.beads import measure_beads
from stages.compare.counts import count_runs
from stages.compare.measured import read_measured

INGESTED = Path("data/ingested")
METRICS = Path("metrics/compare.json")
COUNTS = Path("metrics/counts.csv")
BEADS = Path("metrics/beads.csv")
PICTURES = Path("plots/compare")


class Parameters(Block):
    """What this script reads of params.yaml."""

    seed: int
    classes: list[Name]
    compare: Compare


def main() -> None:
    params = read_parameters(Parameters)
    settings = params.compare
    measured = read_measured(INGESTED)
    counts = count_runs(measured.runs, measured.sizes, measured.columns, settings.thresholds_um)
    beads = measure_beads(measured.runs, measured.sizes, measured.columns)

    found = {
        "counts": parts.counts_part(measured, counts),
        "ratios": parts.ratios_part(measured, counts, beads, settings),
        "beads": parts.beads_part(measured, beads),
        "sizes": parts.sizes_part(measured, settings, params.seed),
        "transfer": parts.transfer_part(settings.networks, params.classes),
        "embedding": parts.embedding_part(settings, params.classes, params.seed),
    }

    with replacing_folder(PICTURES) as folder:
        for part in found.values():
            for name, figure in part.pictures.items():
                save(figure, folder / f"{name}.png")
    write_csv(COUNTS, counts)
    write_csv(BEADS, beads)
    write_json(
        METRICS,
        {
            "origin": measured.origin,
            "diameters": measured.columns,
            **{name: part.numbers for name, part in found.items() if part.numbers},
            "skipped": {name: part.skipped for name, part in found.items() if part.skipped},
        },
    )


if __name__ == "__main__":
    run(main)
