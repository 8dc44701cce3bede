"""What is in this sample: `python -m stages.predict RUN ... --model FOLDER --out FOLDER`.

Each RUN is a run's folder as an instrument wrote it, or its table. Its answer is a folder in --out: index.html to be
read, counts.csv, and each particle in particles.parquet and particles.csv. With --watch FOLDER every run in that folder
is answered once it is finished, until the command is stopped.
"""

import argparse
import sys
from dataclasses import fields
from pathlib import Path

from stages.common.base.errors import InputError, run
from stages.predict.folders.answer import answer_run, answer_sample
from stages.predict.folders.given import Given
from stages.predict.folders.watching import answer_finished
from stages.predict.model.model import read_model

HELP = {
    "format": "of the export, where it isn't recognised: flowcam, mfi, visualspreadsheet, crops, generic",
    "pixel_um": "um for each pixel, where the export doesn't tell",
    "volume_ml": "imaged volume in mL, where the export doesn't tell",
    "dilution": "factor by which the sample was diluted",
    "bits": "of deep pictures",
    "edited": "true: the list was edited on purpose",
    "columns": "of a generic table: image=File; abd_um=Diameter (um)",
    "sample": "name of the sample of which all RUNs are runs: they are counted together, too",
}
QUIET_S = 10.0


def arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m stages.predict", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("runs", nargs="*", type=Path, metavar="RUN", help="a run's folder or table")
    parser.add_argument(
        "--model",
        type=Path,
        default=Path("models/classifier"),
        help="model folder, or one that holds a single one (%(default)s)",
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the answers")
    parser.add_argument("--watch", type=Path, metavar="FOLDER", help="answer each run in FOLDER once it is finished")
    parser.add_argument(
        "--quiet", type=float, default=QUIET_S, metavar="SECONDS", help="a run is finished when none of its files has "
        "changed for so long (%(default)g)"
    )  # fmt: skip
    for field in fields(Given):
        parser.add_argument(f"--{field.name.replace('_', '-')}", default="", metavar="VALUE", help=HELP[field.name])
    asked = parser.parse_args(words)
    if bool(asked.runs) == bool(asked.watch):
        raise InputError("name one or more runs, or a folder with --watch; --help tells more")
    return asked


def main(words: list[str]) -> None:
    asked = arguments(words)
    given = Given(**{field.name: getattr(asked, field.name) for field in fields(Given)})
    model = read_model(asked.model)
    if asked.watch:
        answer_finished(asked.watch, asked.out, given, model, asked.quiet)
        return
    answers = [answer_run(path, asked.out, given, model) for path in asked.runs]
    if given.sample:
        answer_sample(given.sample, answers, asked.out, model)


if __name__ == "__main__":
    run(lambda: main(sys.argv[1:]))
