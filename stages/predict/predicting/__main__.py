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
from stages.predict.predicting.metrics import RUN, SAMPLE, named_counts, run_metrics, summed
from stages.predict.predicting.networks import Networks, read_networks
from stages.predict.predicting.pictures import counts_by_sample, gallery
from stages.predict.predicting.runs import parts_of, read_runs

MODELS = Path("models/classifier")
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


def counts_of_samples(runs: list[CountedRun], alarms: dict[str, bool], networks: Networks) -> list[pd.DataFrame]:
    """The counts of each sample on each platform; how far runs differ is pooled over the samples of a platform.
    alarms: of each run, by name."""
    samples = samples_of(runs)
    tables = []
    for platform in sorted({name for name, _ in samples}):
        model = networks.of(platform)
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


def draw_galleries(folder: Path, shown: Shown, network: str, origin: str) -> None:
    """Particles that `network` called each class, and those unlike all that it knows."""
    folder.mkdir()
    for name, found in shown.galleries.items():
        what = (
            f"called {name.replace('_', ' ')}, the most doubtful" if name else "unlike all known ones, the most unlike"
        )
        save(gallery(found, title(f"{network}: {what} first", origin)), folder / f"{name or 'unknown'}.png")


def main() -> None:
    networks = read_networks(MODELS)
    counted, tables, told, alarms = [], [], {}, {}
    shown = {platform: Shown() for platform in networks.models}
    runs = read_runs(networks.known_runs)
    with replacing_folder(OUT) as folder:
        for facts in progress(runs, "predict, runs"):
            model = networks.of(facts.platform)
            answer = answer_of(parts_of(facts.run), partial(identity, facts), model)
            write_particles(folder / f"{facts.run}.parquet", answer.particles)
            counted.append(answer.counted)
            tables.append(named_counts(answer.counts, facts, RUN, facts.run, [answer.alarm]))
            told[facts.run] = run_metrics(answer, model.manifest.network)
            alarms[facts.run] = answer.alarm
            for name, found in answer.seen.shown.items():
                shown[model.manifest.platform].add(name, found)
    counts = pd.concat([*tables, *counts_of_samples(counted, alarms, networks)], ignore_index=True)
    origins = {SIMULATED if facts.simulated else MEASURED for facts in runs}
    origins |= {model.manifest.origin for model in networks.models.values()}
    origin = origins.pop() if len(origins) == 1 else MIXED

    write_csv(COUNTS, counts)
    write_json(METRICS, summed(told, counts, networks.names, origin))
    with replacing_folder(PICTURES) as folder:
        heading = title(f"{', '.join(networks.names.values())}: what the samples hold", origin)
        save(counts_by_sample(counts, networks.classes, heading), folder / "counts.png")
        for platform, own in shown.items():
            draw_galleries(folder / platform, own, networks.names[platform], origin)


if __name__ == "__main__":
    run(main)
