"""Which objective and schedule learns most in the default's time: `python benchmarks/diffusion_objectives.py [SEEDS]`.

Trains the default network on each class with every recipe and seed (3), same images, steps and learning rates, and
measures the feature distance and KID to held-out real images of the selection split. Needs the normalized images of the
project's folder (`dvc repro split`) and as many times the default's training time as there are runs.
"""

import statistics
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.diffusion_quality import real_images, sampled, trained  # noqa: E402
from benchmarks.diffusion_setup import budget, default, plan_of, write_rounded  # noqa: E402
from stages.common.device import best_device  # noqa: E402
from stages.common.params import Params  # noqa: E402
from stages.common.params.diffusion import Process  # noqa: E402
from stages.diffusion.judging.frechet import frechet  # noqa: E402
from stages.diffusion.judging.kid import kid  # noqa: E402
from stages.diffusion.judging.lite0 import lite0  # noqa: E402

DIFFUSION = ("dpm_solver", 20)  # as many network calls as Heun's method makes, within one
FLOW = ("heun", 10)
RECIPES = {  # objective, schedule, zero terminal SNR, standardized; loss, min-SNR; sampler
    "study": ("epsilon", "linear", False, False, "l1", None, DIFFUSION),
    "epsilon-linear": ("epsilon", "linear", False, True, "mse", None, DIFFUSION),
    "epsilon-cosine": ("epsilon", "cosine", False, True, "mse", None, DIFFUSION),
    "v-cosine": ("v", "cosine", False, True, "mse", None, DIFFUSION),
    "v-cosine-min-snr": ("v", "cosine", False, True, "mse", 5.0, DIFFUSION),
    "v-shifted": ("v", "shifted_cosine", False, True, "mse", None, DIFFUSION),
    "v-shifted-min-snr": ("v", "shifted_cosine", False, True, "mse", 5.0, DIFFUSION),
    "v-shifted-zero-terminal": ("v", "shifted_cosine", True, True, "mse", None, DIFFUSION),
    "flow": ("flow", None, False, True, "mse", None, FLOW),
}


def main() -> None:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    params, of = default(), lite0(best_device())
    runs = []
    for label in params.diffusion.classes:
        real, learnt = real_images(params, label)
        held_out = of(real)
        print(f"{label}: floor {frechet(of(learnt[: len(real)]), held_out):.1f} at n = {len(real)}", flush=True)
        for seed in range(1, seeds + 1):
            for name in RECIPES:
                begun = time.monotonic()
                made = of(learnt_and_drawn(name, params, learnt, len(real), budget(params, label)[1], seed))
                distance, kernel = frechet(made, held_out), kid(made, held_out)
                runs.append({"recipe": name, "class": label, "seed": seed, "distance": distance, "kid": kernel})
                seconds = time.monotonic() - begun
                print(
                    f"  {name:26} seed {seed}: distance {distance:7.1f}, KID {kernel:.3f}, {seconds:.0f} s", flush=True
                )
    figures = {}
    for name in RECIPES:
        mine = [run["distance"] for run in runs if run["recipe"] == name]
        figures[f"distance_{name}"] = statistics.fmean(mine)
        spread = statistics.stdev(mine) if len(mine) > 1 else 0.0
        print(f"{name:28} mean distance {figures[f'distance_{name}']:7.1f}, standard deviation {spread:.1f}")
    write_rounded("diffusion_objectives", figures, seeds=seeds, runs=runs)


def learnt_and_drawn(name: str, params: Params, images: np.ndarray, count: int, epochs: int, seed: int) -> np.ndarray:
    """`count` images from recipe `name`, trained on `images`."""
    objective, schedule, zero_terminal, standardize, loss, min_snr, sampler = RECIPES[name]
    process = Process(
        objective=objective,
        schedule=schedule,
        zero_terminal_snr=zero_terminal,
        steps=params.diffusion.process.steps,
        standardize=standardize,
    )
    settings = params.diffusion.model_copy(update={"process": process})
    plan = plan_of(settings, images, epochs=epochs, seed=seed, loss=loss, min_snr=min_snr)
    run = trained(plan, params, lambda run: run.step < plan.steps)
    return sampled(run, plan, count, *sampler)


if __name__ == "__main__":
    main()
