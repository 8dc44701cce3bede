"""From a run's folder to its answer's."""

import sys
from pathlib import Path

import pandas as pd

from stages.common.base.files import replacing_folder, write_csv, write_json
from stages.predict.answering.answer import Answer, answer_of
from stages.predict.answering.counts import sample_counts, spreads_of
from stages.predict.answering.written import write_particles, write_particles_csv
from stages.predict.folders.given import Given, in_words_of_the_command
from stages.predict.folders.names import RECORD, place_of, plain_name
from stages.predict.folders.run import Run, open_run
from stages.predict.folders.watch import state_of
from stages.predict.model.model import Model
from stages.predict.pages.page import run_page, sample_page
from stages.predict.pages.sentences import sentence

PAGE = "index.html"


def answer_run(path: Path, out: Path, given: Given, model: Model) -> Answer:
    """Answer the run at `path` in a folder of its own in `out`, whole or not at all, and tell it in a line."""
    place, state = place_of(path, out), state_of(path) if path.exists() else ""
    with in_words_of_the_command(path):
        reading = open_run(path, place.name, given, model.manifest.normalize, model.manifest.seed)
        answer = answer_of(reading.parts(), reading.facts, model)
    with replacing_folder(place) as folder:
        write_particles(folder / "particles.parquet", answer.particles)
        write_particles_csv(folder / "particles.csv", answer.particles)
        write_csv(folder / "counts.csv", answer.counts.assign(runs=1, alarmed=int(answer.alarm)))
        _write_rejects(folder / "rejects.csv", reading)
        (folder / PAGE).write_text(run_page(answer, model), encoding="utf-8")
        record = {"path": str(path.resolve()), "state": state, "model": model.digest}
        write_json(folder / RECORD, record | {"given": vars(given), "rows_read": reading.rows_read})
    told = [
        f"{place.name}: {sentence(answer.counts)}",
        *(f"  but {text}" for text in answer.warnings),
        f"  {place / PAGE}",
    ]
    print("\n".join(told), file=sys.stderr, flush=True)
    return answer


def answer_sample(name: str, answers: list[Answer], out: Path, model: Model) -> None:
    """Count the runs of one sample together."""
    runs = [answer.counted for answer in answers]
    counts = sample_counts(runs, spreads_of([runs], model), model)
    place = out / f"sample-{plain_name(Path(name))}"
    with replacing_folder(place) as folder:
        alarmed = sum(answer.alarm for answer in answers)
        write_csv(folder / "counts.csv", counts.assign(runs=len(answers), alarmed=alarmed))
        (folder / PAGE).write_text(sample_page(name, counts, answers, model), encoding="utf-8")
    doubts = f"\n  but {alarmed} of {len(answers)} runs are unlike those that the network knows" if alarmed else ""
    print(f"{name}: {sentence(counts)}{doubts}\n  {place / PAGE}", file=sys.stderr, flush=True)


def _write_rejects(path: Path, reading: Run) -> None:
    """The rows that couldn't be read, with the reason of each."""
    rejects = [vars(reject) for reject in reading.rejects]
    write_csv(path, pd.DataFrame(rejects, columns=["file", "line", "column", "reason"]))
