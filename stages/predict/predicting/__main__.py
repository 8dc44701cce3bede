"""Say of every run of the sample sheet which particles it holds: `python -m stages.predict.predicting`."""

from functools import partial
from pathlib import Path

import pandas as pd

from stages.common.base.errors import run
from stages.common.base.files import replacing_folder, write_csv, write_json
from stages.common.base.origin import MEASURED, MIXED, SIMULATED, title
from stages.common.base.progress import progress
from stages.common.figures import save
from stages.predict.answering.answer import answer_of
from stages.predict.answering.counts import CountedRun, sample_counts, spreads_of
from stages.predict.answering.part import Facts
from stages.predict.answering.shown import Shown
from stages.predict.answering.written import write_particles
from stages.predict.model.model import Model, read_model
from stages.predict.predicting.metrics import RUN, SAMPLE, named_counts, run_metrics, summed
from stages.predict.predicting.pictures import counts_by_sample, gallery
from stages.predict.predicting.runs import parts_of, read_runs

MODEL = Path("models/classifier")
OUT = Path("data/predicted")
METRICS = Path("metrics/predict.json")
COUNTS = Path("metrics/classes.csv")
PICTURES = Path("plots/predict")


def samples_of(runs: list[CountedRun]) -> dict[tuple[str, str], list[CountedRun]]:
    """The runs of each sample on each platform."""
    samples: dict[tuple[str, str], list[CountedRun]] = {}
    for each in runs:
        samples.setdefault((each.facts.platform, each.facts.sample), []).append(each)
    return samples


def counts_of_samples(runs: list[CountedRun], alarms: dict[str, bool], model: Model) -> list[pd.DataFrame]:
    """The counts of each sample on each platform; how far runs differ is pooled over the samples of a platform.
    alarms: of each run, by name."""
    samples = samples_of(runs)
    tables = []
    for platform in sorted({name for name, _ in samples}):
        own = {sample: members for (name, sample), members in samples.items() if name == platform}
        spreads = spreads_of(list(own.values()), model)
        for sample, members in own.items():
            counts = sample_counts(members, spreads, model)
            raised = [alarms[each.facts.run] for each in members]
            tables.append(named_counts(counts, members[0].facts, SAMPLE, sample, raised))
    return tables


def identity(facts: Facts) -> Facts:
    """What is known of a run of the sheet is known beforehand."""
    return facts


def main() -> None:
    model = read_model(MODEL)
    counted, tables, told, alarms, shown = [], [], {}, {}, Shown()
    runs = read_runs(known=[*model.manifest.runs["training"], *model.manifest.runs["selection"]])
    with replacing_folder(OUT) as folder:
        for facts in progress(runs, "predict, runs"):
            answer = answer_of(parts_of(facts.run), partial(identity, facts), model)
            write_particles(folder / f"{facts.run}.parquet", answer.particles)
            counted.append(answer.counted)
            tables.append(named_counts(answer.counts, facts, RUN, facts.run, [answer.alarm]))
            told[facts.run] = run_metrics(answer)
            alarms[facts.run] = answer.alarm
            for name, found in answer.seen.shown.items():
                shown.add(name, found)
    counts = pd.concat([*tables, *counts_of_samples(counted, alarms, model)], ignore_index=True)
    origins = {SIMULATED if facts.simulated else MEASURED for facts in runs} | {model.manifest.origin}
    origin = origins.pop() if len(origins) == 1 else MIXED

    write_csv(COUNTS, counts)
    write_json(METRICS, summed(told, counts, model, origin))
    with replacing_folder(PICTURES) as folder:
        heading = title(f"{model.manifest.network}: what the samples hold", origin)
        save(counts_by_sample(counts, model.manifest.classes, heading), folder / "counts.png")
        for name, found in shown.galleries.items():
            what = (
                f"called {name.replace('_', ' ')}, the most doubtful"
                if name
                else "unlike all known ones, the most unlike"
            )
            save(gallery(found, title(f"{what} first", origin)), folder / f"{name or 'unknown'}.png")


if __name__ == "__main__":
    run(main)
