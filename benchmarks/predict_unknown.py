"""What `predict` notices of particles and runs that training didn't hold:
`python -m benchmarks.predict_unknown [NETWORK]`.

Simulates further runs of the project's instrument A: RUNS of each class, of which the first are known and the others
judged; foreign particles alone and in protein (`spiked`); mixtures of known kinds. Beads and the classes on instrument
B are the project's own runs. What is known is fitted to the known runs, and once more to the few runs of the project's
own train and selection split.
NETWORK is a folder below models/classifiers, trained before (default: the one that was packed). The named alternative
is the usual score on the same network: the tenth nearest neighbour among normalized features (Sun et al. 2022).

The coordinates, the number of neighbours and the tests' quantities were chosen on runs of the seed 20261125; SEED is
another, so nothing was chosen on the runs that are judged here.

auroc_*              of the unlikeness, against all judged particles of the known classes, with 95 % intervals over runs
auroc_balanced_*     the mean of those against each class alone
auroc_alternative_*  of the alternative
flagged_*            share of particles with a flag; flagged_known: of known classes, where FALSE_FLAGS is stated
run_alarm_*, drift_* share of runs with an alarm; `false` among single classes, `false_mixed` among mixtures
*_few                the same where the project's own few runs are what is known
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.neighbors import NearestNeighbors

from benchmarks.predict_study import Run, opened, packed_network, runs_in, simulate
from benchmarks.result import write_result
from stages.common.params.whole import read_all
from stages.predict.unknown.appearance import Appearance, appearance
from stages.predict.unknown.known import Known
from stages.predict.unknown.likened import Likened

SEED = 20261126
RUNS, KNOWN = 20, 12  # of each class; the first so many are known
FALSE_FLAGS, FALSE_ALARMS = 0.02, 0.01
FOREIGN = {"glass": 150, "rubber": 150, "cellulose": 100}  # frames of each run
SPIKED = ("glass", "rubber")
BEADS = (2, 5, 10, 15, 25)
RESAMPLES = 1000


def study(params: dict) -> None:
    """Change the project's parameters to those of this benchmark."""
    params["seed"] = SEED
    simulate = params["simulate"]
    simulate["platforms"] = {"A": simulate["platforms"]["A"]}
    samples = simulate["samples"]
    classes = [params["classes"]["majority"], *params["classes"]["minority"]]
    chosen = {name: _on_a(samples[name], RUNS) for name in classes} | {"stressed": _on_a(samples["stressed"], 6)}
    for name, frames in FOREIGN.items():
        chosen[name] = _unlabelled({name: 8000}, frames, 6)
    for name in SPIKED:
        chosen[f"spiked_{name}"] = _unlabelled({"protein": 150000, name: 8000}, 100, 4)
    chosen["mixed"] = _unlabelled({"protein": 150000, "silicone_oil": 4000, "air_bubble": 4000}, 100, 6)
    simulate["samples"] = chosen


def _on_a(sample: dict, runs: int) -> dict:
    return sample | {"frames": {"A": sample["frames"]["A"]}, "runs": {"A": runs}}


def _unlabelled(per_ml: dict[str, float], frames: int, runs: int) -> dict:
    return {"role": "unlabelled", "per_ml": per_ml, "frames": {"A": frames}, "runs": {"A": runs}}


def seen(runs: list[Run]) -> Appearance:
    """Of all particles of `runs`, one after another."""
    table = pd.concat([run.particles for run in runs], ignore_index=True)
    images = np.concatenate([run.images for run in runs])
    return appearance(np.concatenate([run.features for run in runs]), images, table)


def fitted(known: list[Run], classes: list[str]) -> Known:
    called = np.concatenate([run.called for run in known])
    truth = np.concatenate([pd.Index(classes).get_indexer(run.particles["class"]) for run in known])
    number = np.repeat(np.arange(len(known)), [len(run) for run in known])
    return Known.fit(seen(known), called, truth, number, FALSE_FLAGS, FALSE_ALARMS)


def of_kind(run: Run, sample: str) -> np.ndarray:
    """Which crops of a run are judged: of foreign particles those that hold one and nothing else, else all."""
    return run.kind == sample if sample in FOREIGN else np.ones(len(run), bool)


def auroc(known: list[np.ndarray], foreign: list[np.ndarray]) -> dict[str, float]:
    """Of scores in runs, with the 95 % interval of resampled runs: the share of pairs in which the foreign particle
    scores higher, ties a half, counted once for each pair of runs."""
    higher = np.array([[_higher(np.sort(one), other) for other in foreign] for one in known])
    pairs = np.array([[len(one) * len(other) for other in foreign] for one in known])
    random = np.random.default_rng(SEED)
    drawn = [random.integers(0, len(side), (RESAMPLES, len(side))) for side in (known, foreign)]
    again = [higher[np.ix_(*rows)].sum() / max(pairs[np.ix_(*rows)].sum(), 1) for rows in zip(*drawn, strict=True)]
    low, high = np.percentile(again, [2.5, 97.5])
    return {"value": float(higher.sum() / pairs.sum()), "low": float(low), "high": float(high)}


def _higher(known: np.ndarray, foreign: np.ndarray) -> float:
    """Pairs in which the foreign score is higher than the known one, which are sorted; ties count a half."""
    return float((np.searchsorted(known, foreign, "left") + np.searchsorted(known, foreign, "right")).sum()) / 2


def usual_scores(known: list[Run], runs: list[Run]) -> dict[str, np.ndarray]:
    """Distance to the tenth nearest known particle among features of unit length, by run."""
    unit = {run.name: run.features / np.linalg.norm(run.features, axis=1, keepdims=True) for run in [*known, *runs]}
    near = NearestNeighbors(n_neighbors=10, algorithm="brute").fit(np.concatenate([unit[run.name] for run in known]))
    return {run.name: near.kneighbors(unit[run.name])[0][:, -1] for run in runs}


def particles_judged(
    known: Known, judged: list[Run], strange: dict[str, list[Run]], classes: list[str], usual: dict[str, np.ndarray]
) -> dict[str, float | dict[str, float]]:
    """AUROC and flagged share of each foreign sample, and of the known ones."""
    likened = {run.name: known.likened(seen([run]), run.called) for run in judged}
    own = [likened[run.name].unlikeness for run in judged]
    flags = [known.flags(likened[run.name]) for run in judged]
    found: dict = {"flagged_known": float(np.concatenate(flags).mean())}
    for number, name in enumerate(classes):
        called = np.concatenate([run.called for run in judged]) == number
        found[f"flagged_called_{name}"] = float(np.concatenate(flags)[called].mean())
    for sample, runs in strange.items():
        rows = {run.name: of_kind(run, sample) for run in runs}
        all_of = {run.name: known.likened(seen([run]), run.called) for run in runs}
        foreign = [all_of[run.name].unlikeness[rows[run.name]] for run in runs]
        found[f"auroc_{sample}"] = auroc(own, foreign)
        alone = [
            auroc([likened[run.name].unlikeness for run in judged if run.sample == name], foreign)["value"]
            for name in classes
        ]
        found[f"auroc_balanced_{sample}"] = float(np.mean(alone))
        other = [usual[run.name][rows[run.name]] for run in runs]
        found[f"auroc_alternative_{sample}"] = auroc([usual[run.name] for run in judged], other)["value"]
        marked = np.concatenate([known.flags(all_of[run.name])[rows[run.name]] for run in runs])
        found[f"flagged_{sample}"] = float(marked.mean())
    return found


def runs_judged(known: Known, groups: dict[str, list[Run]]) -> dict[str, float]:
    """Share of runs with an alarm in each group, by both tests."""
    found: dict = {}
    for name, runs in groups.items():
        likened: list[Likened] = [known.likened(seen([run]), run.called) for run in runs]
        found[f"run_alarm_{name}"] = float(np.mean([known.run_test(each).alarm for each in likened]))
        found[f"drift_{name}"] = float(np.mean([known.drift(each).alarm for each in likened]))
        found[f"runs_{name}"] = len(runs)
    return found


def main() -> None:
    network = sys.argv[1] if sys.argv[1:] else packed_network()
    classes = read_all().classes.names
    session = opened(Path("models/classifiers") / network)
    with tempfile.TemporaryDirectory() as name:
        simulate(Path(name), study)
        runs = runs_in(Path(name), session)
    splits = pd.read_parquet("data/splits.parquet").groupby("run")["split"].first()
    projects = runs_in(Path(), session)
    fitted_to = [run for run in projects if run.platform == "A" and splits.get(run.name) in ("train", "selection")]
    beads = {f"beads_{size}um": [run for run in projects if run.name.startswith(f"A-beads_{size}um")] for size in BEADS}
    known = [run for run in runs if run.sample in classes and run.number <= KNOWN]
    judged = [run for run in runs if run.sample in classes and run.number > KNOWN]
    foreign = {name: [run for run in runs if run.sample == name] for name in FOREIGN}
    strange = foreign | beads
    groups = {
        "false": judged,
        "false_mixed": [run for run in runs if run.sample in ("mixed", "stressed")],
        "beads": [run for each in beads.values() for run in each],
        **foreign,
        **{f"spiked_{kind}": [run for run in runs if run.sample == f"spiked_{kind}"] for kind in SPIKED},
        "other_instrument": [run for run in projects if run.platform == "B" and run.sample in classes],
    }
    figures: dict = {}
    for ending, of in (("", known), ("_few", fitted_to)):
        what = fitted(of, classes)
        usual = usual_scores(of, [*judged, *(run for each in strange.values() for run in each)])
        found = particles_judged(what, judged, strange, classes, usual) | runs_judged(what, groups)
        figures |= {f"{key}{ending}": value for key, value in found.items()}
        figures[f"known_runs{ending}"] = len(of)
    for key, value in figures.items():
        print(f"{key:44} {value}")
    write_result("predict_unknown", figures, ("numpy", "onnxruntime"), network=network, origin="simulated")


if __name__ == "__main__":
    main()
