"""One network for all classes beside one for each: same images, same optimizer steps together, same sampler.

Distances and coverage are on ImageNet features (EfficientNet-Lite0), against held-out real images of the selection
split.
"""

import statistics
import time

import numpy as np

from benchmarks.diffusion_quality import real_images, sampled, trained
from benchmarks.diffusion_setup import budget, default, plan_of
from stages.common.device import best_device
from stages.common.params.whole import Params
from stages.diffusion.judging.density_coverage import density_coverage
from stages.diffusion.judging.frechet import frechet
from stages.diffusion.judging.lite0 import lite0
from stages.diffusion.training.step import Plan, Run

GUIDANCES = (1.0, 1.5, 2.0)


def conditional(repeats: int) -> dict[str, float]:
    """Shared over own: distance by class, minutes of training; of the shared one distance and coverage by guidance.

    Distances and coverages are means over `repeats` seeds, their ratio that of the means.
    """
    return compared(default(), repeats)


def compared(params: Params, repeats: int) -> dict[str, float]:
    labels = params.classes.minority
    found = [real_images(params, label) for label in labels]
    of = lite0(best_device())
    held_out = {label: of(real) for label, (real, _) in zip(labels, found, strict=True)}
    learnt = {label: images for label, (_, images) in zip(labels, found, strict=True)}
    rounds = [one_round(params, learnt, held_out, of, seed) for seed in range(1, repeats + 1)]
    figures = {key: statistics.fmean(figures[key] for figures in rounds) for key in rounds[0]}
    ratios = {
        f"conditional_distance_ratio_{label}": figures[f"conditional_distance_{label}_guidance_1"]
        / figures[f"conditional_distance_{label}_own"]
        for label in labels
    }
    minutes = figures["conditional_minutes_shared"] / figures["conditional_minutes_own"]
    return figures | ratios | {"conditional_minutes_ratio": minutes}


def one_round(
    params: Params, learnt: dict[str, np.ndarray], held_out: dict[str, np.ndarray], of, seed: int
) -> dict[str, float]:
    """Both ways trained with one seed."""
    figures, steps, minutes = {}, 0, 0.0
    sampler = params.diffusion.sampler

    def judge(name: str, label: str, run: Run, plan: Plan, guidance: float = 1.0) -> None:
        count = len(held_out[label])
        made = of(sampled(run, plan, count, sampler.name, sampler.steps, label, guidance))
        distance, coverage = frechet(made, held_out[label]), density_coverage(made, held_out[label])["coverage"]
        print(f"  seed {seed}, {label}, {name}: distance {distance:.1f}, coverage {coverage:.3f}", flush=True)
        figures[f"conditional_distance_{label}_{name}"] = distance
        figures[f"conditional_coverage_{label}_{name}"] = coverage

    for label, images in learnt.items():
        plan = plan_of(params.diffusion, {label: images}, epochs=budget(params, label)[1], seed=seed)
        run, spent = timed(plan, params, plan.steps)
        steps, minutes = steps + plan.steps, minutes + spent
        judge("own", label, run, plan)

    together = plan_of(params.diffusion, learnt, seed=seed)
    together = plan_of(params.diffusion, learnt, epochs=-(-steps // together.steps_an_epoch), seed=seed)
    run, spent = timed(together, params, steps)
    for label in learnt:
        for guidance in GUIDANCES:
            judge(f"guidance_{guidance:g}", label, run, together, guidance)
    return figures | {"conditional_minutes_own": minutes, "conditional_minutes_shared": spent}


def timed(plan: Plan, params: Params, steps: int) -> tuple[Run, float]:
    """`plan` trained for `steps`, and the minutes that took."""
    begun = time.monotonic()
    run = trained(plan, params, lambda run: run.step < steps)
    return run, (time.monotonic() - begun) / 60
