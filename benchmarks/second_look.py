"""What a second look finds and gains, with planted label errors: `python -m benchmarks.second_look [SEEDS]` (5), after
`make repro` on simulated data.

In each seed one label in fifty of the particles of platform A is turned into another class, beside those that are wrong
already, for samples are labelled whole. The light network learns on two thirds of the runs and ranks the labels of the
third that it hasn't seen, three times. A simulated reviewer, who errs in one of twenty, looks at what
`stages.report.second_look` asks; then the networks learn again. Errors are told by the simulator's truth, which is read
here alone.

- average_precision: of the ranking of all labels. candidates_precision_top1, candidates_recall: of the first 1 %.
- error_rate_covered: how often the interval from the random half holds the true share of wrong labels, which a
  reviewer's own errors move; error_rate_bias, in points.
- relabel_gain_points: macro recall on true classes after the round less before, with its interval over seeds;
  relabel_gain_of_measured_points: how much nearer the measured macro recall comes to the true one.
"""

import sys
from dataclasses import dataclass

import joblib
import numpy as np
import pandas as pd
from scipy import stats
from sklearn.metrics import average_precision_score

from benchmarks.diffusion_setup import ROOT, write_rounded
from benchmarks.judgement_labels import KIND_OF
from stages.classify.data.images import mean_and_sd, of_particles
from stages.classify.training.fit import Recipe, Scale, fit, probabilities
from stages.classify.training.grid import cells_of
from stages.common.base.seeds import random_of
from stages.common.base.threads import cores, one_thread
from stages.common.confusion import confusion, recalls
from stages.common.params.whole import Params, read_all
from stages.common.proportions import wilson
from stages.report.second_look import RANDOM, chosen

PLATFORM, FOLDS = "A", 3
PLANTED, REVIEWER_ERRS = 0.02, 0.05
TOP = 0.01


@dataclass(frozen=True)
class Seen:
    """Out-of-fold probabilities (N, C) and classes called (N,) of all particles."""

    probabilities: np.ndarray

    @property
    def called(self) -> np.ndarray:
        return self.probabilities.argmax(axis=1)


def particles_with_truth(classes: list[str]) -> pd.DataFrame:
    """Labelled particles of the platform with `true`, where the simulator drew one particle of a class."""
    table = pd.read_parquet(ROOT / "data/splits.parquet")
    table = table[(table["platform"] == PLATFORM) & table["class"].isin(classes)]
    names = pd.concat(pd.read_parquet(ROOT / f"data/normalized/{run}.parquet") for run in table["run"].unique())
    truth = pd.read_parquet(ROOT / "data/simulated_truth.parquet").dropna(subset="source_id")
    single = truth.drop_duplicates(["run", "source_id"], keep=False)[["run", "source_id", "kind"]]
    found = table.merge(names[["particle_id", "source_id"]], on="particle_id").merge(single, how="left")
    found = found.assign(true=found["kind"].replace(KIND_OF))
    return found[found["true"].isin(classes)].sort_values(["run", "row"]).reset_index(drop=True)


def planted(particles: pd.DataFrame, classes: list[str], seed: int) -> pd.DataFrame:
    """The same with a share of PLANTED labels turned."""
    random = random_of(seed, "benchmarks", "planted labels")
    label = particles["class"].to_numpy(object).copy()
    for place in np.flatnonzero(random.random(len(label)) < PLANTED):
        label[place] = random.choice([name for name in classes if name != label[place]])
    return particles.assign(**{"class": label})


def looked_at(particles: pd.DataFrame, params: Params, seed: int) -> Seen:
    """By networks that learnt on the labels of other runs."""
    classes = params.classes.names
    place = particles.groupby("true")["run"].transform(lambda runs: pd.factorize(runs, sort=True)[0]).to_numpy() % FOLDS
    found = np.zeros((len(particles), len(classes)), np.float32)
    jobs = [joblib.delayed(_fold)(particles, place == fold, params, seed) for fold in range(FOLDS)]
    with joblib.parallel_config(backend="loky", inner_max_num_threads=1):
        for fold, own in enumerate(joblib.Parallel(n_jobs=cores())(jobs)):
            found[place == fold] = own
    return Seen(found)


def _fold(particles: pd.DataFrame, held_out: np.ndarray, params: Params, seed: int) -> np.ndarray:
    one_thread()
    classes, how = params.classes.names, params.classify.architectures["light"]
    training, rest = (of_particles(particles[own], classes, ROOT) for own in (~held_out, held_out))
    scale = Scale(*mean_and_sd(training))
    network, _ = fit(cells_of(how.grid, 1)[0], Recipe("light", how.training), len(classes), training, scale, seed)
    return probabilities(network, rest, scale, how.training.precision)


def macro_recall(label: pd.Series, seen: Seen, classes: list[str]) -> float:
    numbers = label.map(classes.index).to_numpy(int)
    return float(np.mean(recalls(confusion(numbers, seen.called, len(classes)))))


def a_round(particles: pd.DataFrame, seed: int, params: Params) -> dict[str, float]:
    """One seed: what the ranking finds, what the reviewer says, and what it changes."""
    classes = params.classes.names
    labelled = planted(particles, classes, seed)
    before = looked_at(labelled, params, seed)
    wrong = (labelled["class"] != labelled["true"]).to_numpy()
    label = labelled["class"].map(classes.index).to_numpy(int)
    doubt = 1 - before.probabilities[np.arange(len(label)), label]
    first = np.argsort(-doubt, kind="stable")[: round(TOP * len(label))]

    judged = labelled.assign(predicted=np.array(classes)[before.called])
    for number, name in enumerate(classes):
        judged[f"p_{name}"] = before.probabilities[:, number]
    asked = chosen(judged, classes, seed).set_index("particle_id")
    random = random_of(seed, "benchmarks", "reviewer")
    said = {
        particle: true if random.random() > REVIEWER_ERRS else random.choice([name for name in classes if name != true])
        for particle, true in asked["true"].items()
    }
    relabelled = labelled["particle_id"].map(said).fillna(labelled["class"])
    after_labels = labelled.assign(**{"class": relabelled})
    after = looked_at(after_labels, params, seed)

    drawn = asked[asked["asked_as"] == RANDOM]
    changed = int(sum(said[particle] != was for particle, was in drawn["label"].items()))
    low, high = wilson(changed, len(drawn))
    true = [macro_recall(labelled["true"], seen, classes) for seen in (before, after)]
    measured = [
        macro_recall(labels["class"], seen, classes) for labels, seen in ((labelled, before), (after_labels, after))
    ]
    return {
        "particles": len(label),
        "wrong": int(wrong.sum()),
        "wrong_after": int((after_labels["class"] != after_labels["true"]).sum()),
        "average_precision": float(average_precision_score(wrong, doubt)),
        "precision_top1": float(wrong[first].mean()),
        "recall_top1": float(wrong[first].sum() / wrong.sum()),
        "found_by_the_round": float(asked.index.isin(labelled["particle_id"][wrong]).sum() / wrong.sum()),
        "error_rate": float(wrong.mean()),
        "error_rate_said": changed / len(drawn),
        "error_rate_covered": float(low <= wrong.mean() <= high),
        "true_before": true[0],
        "true_after": true[1],
        "measured_before": measured[0],
        "measured_after": measured[1],
    }


def interval(values: list[float]) -> tuple[float, float, float]:
    """Mean and Student's 95 % interval."""
    mean, error = float(np.mean(values)), float(stats.sem(values))
    reach = float(stats.t.ppf(0.975, len(values) - 1)) * error
    return mean, mean - reach, mean + reach


def main() -> None:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    params = read_all(ROOT / "params.yaml")
    particles = particles_with_truth(params.classes.names)
    rounds = []
    for seed in range(1, seeds + 1):
        rounds.append(a_round(particles, seed, params))
        print(f"seed {seed}", {name: round(value, 4) for name, value in rounds[-1].items()}, flush=True)
    each = pd.DataFrame(rounds)
    wanted = {
        "average_precision": each["average_precision"],
        "candidates_precision_top1": each["precision_top1"],
        "candidates_recall": each["recall_top1"],
        "found_by_the_round": each["found_by_the_round"],
        "error_rate_bias": 100 * (each["error_rate_said"] - each["error_rate"]),
        "relabel_gain_points": 100 * (each["true_after"] - each["true_before"]),
        "relabel_gain_of_measured_points": 100
        * ((each["measured_before"] - each["true_before"]).abs() - (each["measured_after"] - each["true_after"]).abs()),
    }
    figures = {}
    for name, values in wanted.items():
        figures[name], figures[f"{name}_low"], figures[f"{name}_high"] = interval(list(values))
    figures["error_rate_covered"] = float(each["error_rate_covered"].mean())
    for name, value in figures.items():
        print(f"{name:40}{value:9.3f}")
    write_rounded("second_look", figures, seeds=seeds, planted=PLANTED, reviewer_errs=REVIEWER_ERRS, rounds=rounds)


if __name__ == "__main__":
    main()
