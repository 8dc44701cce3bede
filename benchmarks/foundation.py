"""Is a generator that starts from pretrained weights better, and sooner? `python -m benchmarks.foundation [SEEDS]`.

Trains the default network on each class of two studies, from scratch for the steps that the default once took and from
pretrained/particles.safetensors for those that it takes now: on simulated particles (benchmarks/development.yaml: a
study that nothing else is reported on) and on real ones (params/real-example.yaml, where its exports are there). Each
is held against the same held-out pictures, and so are as many real training pictures: the floor. Takes five minutes for
each seed and class on one idle core, and goes on where it was cut off.

excess_ratio           Fréchet distance over the floor, pretrained / scratch
time_ratio             processor seconds of training, pretrained / scratch
coverage_over_floor    coverage of the held-out pictures, synthetic / real training pictures
two_sample_accuracy    of a classifier that tells synthetic from held-out pictures
"""

import contextlib
import itertools
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from joblib import Parallel, delayed

from benchmarks.diffusion_objectives import ROOT, STUDY, make_study
from benchmarks.diffusion_quality import sampled, trained
from benchmarks.diffusion_setup import budget, default, plan_of, write_rounded
from stages.common.device import best_device
from stages.common.params.whole import Params, read_all
from stages.common.scale import write_scale
from stages.common.unfinished.fingerprint import of_bytes, of_code, of_file
from stages.diffusion.data.particles import particles
from stages.diffusion.judging.density_coverage import density_coverage
from stages.diffusion.judging.frechet import frechet
from stages.diffusion.judging.lite0 import lite0
from stages.diffusion.judging.two_sample import two_sample
from stages.diffusion.training.beginning import PRETRAINED, first_weights

REAL = ROOT / ".scratch/real"
EXPORTS = ROOT.parent / "shared/data/flowcam_labelled"
HELD_OUT = 256
SCRATCH_STEPS = 2400  # the default's before it started from pretrained weights
SCRATCH_LR = 2.0e-3
FIGURES = ("distance", "distance_floor", "coverage", "coverage_floor", "accuracy", "accuracy_floor", "seconds")


def main() -> None:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    studies = {"simulated": STUDY} | ({"real": REAL} if EXPORTS.is_dir() else {})
    make_study()
    if "real" in studies:
        make_real()
    classes = [(kind, label) for kind, folder in studies.items() for label in params_of(folder).classes.minority]
    done = STUDY / f"foundation-{of_settings()}.jsonl"
    runs = [json.loads(line) for line in done.read_text(encoding="utf-8").splitlines()] if done.exists() else []
    there = {(run["kind"], run["class"], run["start"], run["seed"]) for run in runs}
    asked = [
        (kind, label, start, seed)
        for seed, (kind, label), start in itertools.product(range(1, seeds + 1), classes, ("pretrained", "scratch"))
    ]
    # A training on one core each is more than half as fast as on two.
    work = Parallel(n_jobs=os.cpu_count(), return_as="generator_unordered")
    for found in work(delayed(judged)(studies[one[0]], *one) for one in asked if one not in there):
        runs.append(found)
        print(json.dumps(found), flush=True)
        with done.open("a", encoding="utf-8") as file:
            file.write(json.dumps(found) + "\n")
    runs = sorted((run for run in runs if run["seed"] <= seeds), key=lambda run: list(run.values())[:4])
    figures = {
        f"{name}, {kind} {label}": figure
        for kind, label in classes
        for name, figure in ratios([run for run in runs if (run["kind"], run["class"]) == (kind, label)]).items()
    }
    for name, figure in figures.items():
        print(f"{name:48} {figure:7.3f}")
    write_rounded("foundation", figures, seeds=seeds, runs=runs)


def ratios(runs: list[dict]) -> dict[str, float]:
    """Of one class, from means over the seeds."""
    scratch, pretrained = (
        {name: statistics.fmean(run[name] for run in runs if run["start"] == start) for name in FIGURES}
        for start in ("scratch", "pretrained")
    )
    return {
        "excess_ratio": (pretrained["distance"] - pretrained["distance_floor"])
        / (scratch["distance"] - scratch["distance_floor"]),
        "time_ratio": pretrained["seconds"] / scratch["seconds"],
        "coverage_over_floor": pretrained["coverage"] / pretrained["coverage_floor"],
        "two_sample_accuracy": pretrained["accuracy"],
    }


def make_real() -> None:
    """The normalized images and splits of params/real-example.yaml, unless they are there."""
    if (REAL / "data/splits.parquet").exists():
        return
    (REAL / "samples").mkdir(parents=True, exist_ok=True)
    for name in ("params.yaml", "samples/real-example.csv"):
        (REAL / name).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    write_scale(ROOT / "params/real-example.yaml", REAL / "params.yaml")
    settings = (REAL / "params.yaml").read_text(encoding="utf-8")
    exports = read_all(REAL / "params.yaml").ingest.exports
    (REAL / "params.yaml").write_text(settings.replace(exports, str(EXPORTS)), encoding="utf-8")
    for stage in ("ingest", "normalize", "split"):
        command = [sys.executable, "-m", f"stages.{stage}"]
        subprocess.run(command, cwd=REAL, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=True)


def params_of(study: Path) -> Params:
    return read_all(study / "params.yaml")


def of_settings() -> str:
    """A digest of all that a run's figures depend on, lest runs of other settings or code are taken for these."""
    places = [ROOT / "stages/diffusion", ROOT / "stages/common"]
    files = [ROOT / "benchmarks/development.yaml", ROOT / "params/real-example.yaml", ROOT / PRETRAINED]
    decisive = json.dumps([default().diffusion.model_dump(), SCRATCH_STEPS, SCRATCH_LR, HELD_OUT], sort_keys=True)
    return of_bytes(decisive.encode(), of_code(places).encode(), *(of_file(file).encode() for file in files))[:8]


def judged(study: Path, kind: str, label: str, start: str, seed: int) -> dict:
    """One training and what its images are worth, at as many synthetic as real training pictures."""
    torch.set_num_threads(1)
    params, settings = params_of(study), default().diffusion
    images, epochs = budget(params, label)
    with contextlib.chdir(study):
        held_out, rows = particles(label, params.diffusion.platform, "selection", HELD_OUT, params.seed)
        learnt, _ = particles(label, params.diffusion.platform, "train", images, params.seed)
    plan = plan_of(settings, learnt, epochs, seed)
    if start == "scratch":
        plan = plan_of(settings, learnt, SCRATCH_STEPS // plan.steps_an_epoch, seed, lr=SCRATCH_LR)
    else:
        with contextlib.chdir(ROOT):
            first = first_weights(settings.model_copy(update={"start": start}), plan.edge, classes=1)
        plan = replace(plan, start=first)
    begun = time.process_time()
    run = trained(plan, params)
    seconds = time.process_time() - begun
    synthetic = sampled(run, plan, len(learnt), settings.sampler.name, settings.sampler.steps)
    return {
        "kind": kind,
        "class": label,
        "start": start,
        "seed": seed,
        "learnt": len(learnt),
        "held_out": len(held_out),
        "steps": plan.steps,
        "seconds": round(seconds),
        **figures_of(synthetic, learnt, held_out, rows["run"].to_numpy()),
    }


def figures_of(synthetic: np.ndarray, learnt: np.ndarray, held_out: np.ndarray, runs: np.ndarray) -> dict[str, float]:
    """Distance, coverage and accuracy of synthetic pictures, and of real training pictures as their floors; `runs`
    are those of the held-out ones."""
    of = lite0(best_device())
    real = of(held_out)
    found: dict[str, float] = {}
    for floor, features in (("", of(synthetic)), ("_floor", of(learnt))):
        told = two_sample(features, real, runs, np.random.default_rng(0))
        found |= {
            f"distance{floor}": round(frechet(features, real), 1),
            f"coverage{floor}": round(density_coverage(features, real)["coverage"], 3),
            f"accuracy{floor}": round(told["accuracy"], 3),
        }
    return found


if __name__ == "__main__":
    main()
