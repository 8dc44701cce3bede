"""Which recipe learns most in the same steps: `python -m benchmarks.diffusion_objectives [SEEDS]`.

Simulates a study of its own (benchmarks/development.yaml), so that nothing is chosen by the images that the project
reports on. Trains the default network there on each class with every recipe and seed (3), on the same images and for
the same epochs, and holds as many synthetic images as are held out against these. Takes about two minutes for each run
on one core, and goes on where it was cut off.
"""

import contextlib
import itertools
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
from joblib import Parallel, delayed

from benchmarks.diffusion_quality import sampled, trained
from benchmarks.diffusion_setup import budget, default, plan_of, write_rounded
from stages.common.device import best_device
from stages.common.scale import write_scale
from stages.common.unfinished.fingerprint import of_bytes, of_code, of_file
from stages.diffusion.data.particles import particles
from stages.diffusion.judging.density_coverage import density_coverage
from stages.diffusion.judging.frechet import frechet
from stages.diffusion.judging.kid import kid
from stages.diffusion.judging.lite0 import lite0
from stages.diffusion.judging.two_sample import two_sample

ROOT = Path(__file__).resolve().parents[1]
STUDY = ROOT / ".scratch/development"
EPOCHS = 200
HELD_OUT = 256
SDE = ("dpm_solver_sde", 20)
STUDYS_PROCESS = {
    "objective": "epsilon",
    "schedule": "linear",
    "times": "uniform",
    "standardize": False,
    "asinh_softening": None,
}
RECIPES: dict[str, tuple[dict, dict, tuple[str, int]]] = {  # process, training, sampler; the rest is the default's
    "study": (STUDYS_PROCESS, {}, SDE),
    "v": ({}, {}, SDE),
    "v, grey levels as they are": ({"asinh_softening": None}, {}, SDE),
    "v, squared error": ({}, {"loss": "mse"}, SDE),
    "flow": ({"objective": "flow", "schedule": None}, {}, ("heun", 10)),  # as many network calls, within one
}


def main() -> None:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    labels = default().classes.minority
    make_study()
    done = STUDY / f"runs-{of_settings()}.jsonl"
    runs = [json.loads(line) for line in done.read_text(encoding="utf-8").splitlines()] if done.exists() else []
    asked = [(name, label, seed) for seed in range(1, seeds + 1) for label in labels for name in RECIPES]
    there = {(run["recipe"], run["class"], run["seed"]) for run in runs}
    # A training on one core each is more than half as fast as on two.
    work = Parallel(n_jobs=os.cpu_count(), return_as="generator_unordered")
    for found in work(delayed(judged)(*one) for one in asked if one not in there):
        runs.append(found)
        print(json.dumps(found), flush=True)
        with done.open("a", encoding="utf-8") as file:
            file.write(json.dumps(found) + "\n")
    runs = sorted(
        (run for run in runs if run["seed"] <= seeds), key=lambda run: (run["class"], run["seed"], run["recipe"])
    )
    figures = {}
    for label, name, figure in itertools.product(labels, RECIPES, ("distance", "coverage", "accuracy")):
        mine = [run[figure] for run in runs if (run["recipe"], run["class"]) == (name, label)]
        figures[f"{figure}, {label}, {name}"] = statistics.fmean(mine)
        print(f"{label:14} {name:28} {figure:9} {statistics.fmean(mine):7.3f}, from {min(mine)} to {max(mine)}")
    write_rounded("diffusion_objectives", figures, seeds=seeds, epochs=EPOCHS, held_out=HELD_OUT, runs=runs)


def make_study() -> None:
    """The normalized images and splits of benchmarks/development.yaml, unless they are there."""
    if (STUDY / "data/splits.parquet").exists():
        return
    STUDY.mkdir(parents=True, exist_ok=True)
    (STUDY / "params.yaml").write_text((ROOT / "params.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    write_scale(ROOT / "benchmarks/development.yaml", STUDY / "params.yaml")
    for stage in ("simulate", "ingest", "normalize", "split"):
        command = [sys.executable, "-m", f"stages.{stage}"]
        subprocess.run(command, cwd=STUDY, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=True)


def of_settings() -> str:
    """A digest of all that a run's figures depend on, lest runs of other settings or code are taken for these."""
    decisive = {"diffusion": default().diffusion.model_dump(), "recipes": RECIPES, "epochs": EPOCHS, "n": HELD_OUT}
    code = [ROOT / "stages/diffusion", ROOT / "stages/common"]
    settings = json.dumps(decisive, sort_keys=True).encode()
    return of_bytes(settings, of_file(ROOT / "benchmarks/development.yaml").encode(), of_code(code).encode())[:8]


def judged(name: str, label: str, seed: int) -> dict:
    """One training and what its images are worth."""
    torch.set_num_threads(1)
    params, of = default(), lite0(best_device())
    process, training, sampler = RECIPES[name]
    settings = params.diffusion.model_copy(update={"process": params.diffusion.process.model_copy(update=process)})
    count, _ = budget(params, label)
    with contextlib.chdir(STUDY):
        held_out, rows = particles(label, params.diffusion.platform, "selection", HELD_OUT, params.seed)
        learnt, _ = particles(label, params.diffusion.platform, "train", count, params.seed)
    plan = plan_of(settings, learnt, epochs=EPOCHS, seed=seed, **training)
    run = trained(plan, params)
    new, real = of(sampled(run, plan, len(held_out), *sampler)), of(held_out)
    return {
        "recipe": name,
        "class": label,
        "seed": seed,
        "n": len(held_out),
        "steps": plan.steps,
        "distance": round(frechet(new, real), 1),
        "kid": round(kid(new, real), 3),
        "coverage": round(density_coverage(new, real)["coverage"], 3),
        "accuracy": round(two_sample(new, real, rows["run"].to_numpy(), np.random.default_rng(0))["accuracy"], 3),
        "floor": round(frechet(of(learnt), real), 1),
    }


if __name__ == "__main__":
    main()
