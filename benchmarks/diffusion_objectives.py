"""Which recipe learns most in the same steps: `python benchmarks/diffusion_objectives.py [SEEDS]`.

Simulates a study of its own (benchmarks/development.yaml), so that nothing is chosen by the images that the project
reports on. Trains the default network there on each class with every recipe and seed (3), on the same images for half
of the default's epochs, and holds as many generated images as are held out against these. Takes about half of the
default's training time for each run, and goes on where it was cut off.
"""

import contextlib
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.diffusion_quality import sampled, trained  # noqa: E402
from benchmarks.diffusion_setup import budget, default, plan_of, write_rounded  # noqa: E402
from stages.common.device import best_device  # noqa: E402
from stages.common.params import Params  # noqa: E402
from stages.common.scale import write_scale  # noqa: E402
from stages.diffusion.judging.density_coverage import density_coverage  # noqa: E402
from stages.diffusion.judging.frechet import frechet  # noqa: E402
from stages.diffusion.judging.kid import kid  # noqa: E402
from stages.diffusion.judging.lite0 import lite0  # noqa: E402
from stages.diffusion.judging.two_sample import two_sample  # noqa: E402
from stages.diffusion.particles import particles  # noqa: E402

STUDY = ROOT / ".scratch/development"
HELD_OUT = 256
COSINE = {"objective": "v", "schedule": "cosine", "times": "uniform"}
RECIPES = {  # what differs from the default: process, training, sampler
    "study": (
        {"objective": "epsilon", "schedule": "linear", "times": "uniform", "standardize": False},
        {"loss": "l1", "weighting": "plain"},
        ("dpm_solver_sde", 20),
    ),
    "epsilon": (COSINE | {"objective": "epsilon"}, {"weighting": "plain"}, ("dpm_solver_sde", 20)),
    "v": (COSINE, {"weighting": "plain"}, ("dpm_solver_sde", 20)),
    "v-logit-normal": (COSINE | {"times": "logit_normal"}, {"weighting": "plain"}, ("dpm_solver_sde", 20)),
    "v-logit-normal-straight": (COSINE | {"times": "logit_normal"}, {"weighting": "straight"}, ("dpm_solver_sde", 20)),
    "flow": (
        {"objective": "flow", "schedule": None, "times": "logit_normal"},
        {"weighting": "plain"},
        ("heun", 10),  # as many network calls, within one
    ),
}


def main() -> None:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    params, of = default(), lite0(best_device())
    make_study()
    done = STUDY / "runs.jsonl"
    runs = [json.loads(line) for line in done.read_text(encoding="utf-8").splitlines()] if done.exists() else []
    for seed in range(1, seeds + 1):
        for label in params.diffusion.classes:
            for name in RECIPES:
                if any((run["recipe"], run["class"], run["seed"]) == (name, label, seed) for run in runs):
                    continue
                runs.append({"recipe": name, "class": label, "seed": seed} | judged(name, label, seed, params, of))
                print(json.dumps(runs[-1]), flush=True)
                with done.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(runs[-1]) + "\n")
    figures = {}
    for name in RECIPES:
        for label in params.diffusion.classes:
            mine = [run["distance"] for run in runs if (run["recipe"], run["class"]) == (name, label)]
            figures[f"distance_{label}_{name}"] = statistics.fmean(mine)
            print(
                f"{label:14} {name:26} distance {statistics.fmean(mine):7.1f}, from {min(mine):.1f} to {max(mine):.1f}"
            )
    write_rounded("diffusion_objectives", figures, seeds=seeds, held_out=HELD_OUT, runs=runs)


def make_study() -> None:
    """The normalized images and splits of benchmarks/development.yaml, unless they are there."""
    if (STUDY / "data/splits.parquet").exists():
        return
    STUDY.mkdir(parents=True, exist_ok=True)
    (STUDY / "params.yaml").write_text((ROOT / "params.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    write_scale(ROOT / "benchmarks/development.yaml", STUDY / "params.yaml")
    for stage in ("simulate", "ingest", "normalize", "split"):
        command = [sys.executable, "-c", f"import runpy, sys; sys.path.insert(0, {str(ROOT)!r}); "
                   f"runpy.run_module('stages.{stage}', run_name='__main__')"]  # fmt: skip
        subprocess.run(command, cwd=STUDY, check=True)


def judged(name: str, label: str, seed: int, params: Params, of) -> dict[str, float]:
    """One training and what its images are worth."""
    process, training, sampler = RECIPES[name]
    settings = params.diffusion.model_copy(
        update={"process": params.diffusion.process.model_copy(update={"zero_terminal_snr": False} | process)}
    )
    count, epochs = budget(params, label)
    with contextlib.chdir(STUDY):
        held_out, rows = particles(label, params.diffusion.platform, "selection", HELD_OUT, params.seed)
        learnt, _ = particles(label, params.diffusion.platform, "train", count, params.seed)
    plan = plan_of(settings, learnt, epochs=epochs // 2, seed=seed, **training)
    begun = time.monotonic()
    run = trained(plan, params, lambda run: run.step < plan.steps)
    new, real = of(sampled(run, plan, len(held_out), *sampler)), of(held_out)
    return {
        "n": len(held_out),
        "steps": plan.steps,
        "distance": round(frechet(new, real), 1),
        "kid": round(kid(new, real), 3),
        "coverage": round(density_coverage(new, real)["coverage"], 3),
        "accuracy": round(two_sample(new, real, rows["run"].to_numpy(), np.random.default_rng(0))["accuracy"], 3),
        "floor": round(frechet(of(learnt), real), 1),
        "seconds": round(time.monotonic() - begun),
    }


if __name__ == "__main__":
    main()
