"""How soon synthetic images are good. Each section trains on the project's normalized images of one class.

Distances and the two-sample test are on ImageNet features (EfficientNet-Lite0), against held-out real images of the
selection split.
"""

import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from benchmarks.diffusion_setup import budget, default, plan_of, study
from stages.common.device import best_device
from stages.common.params.whole import Params
from stages.diffusion.data.particles import particles
from stages.diffusion.judging.frechet import frechet
from stages.diffusion.judging.kid import kid, kid_spread
from stages.diffusion.judging.lite0 import lite0
from stages.diffusion.judging.two_sample import two_sample
from stages.diffusion.model.sample import images
from stages.diffusion.training.__main__ import drawing
from stages.diffusion.training.estimate import measure
from stages.diffusion.training.step import Plan, Run, start, train_step

STEPS = (5, 8, 10, 15, 20, 30, 50)
RECOGNISABLE = 0.85  # accuracy of a classifier that tells synthetic from real; 0.5 is perfect
MINUTES = (2, 4)  # of training, on the way to recognisable


def steps_to_match(repeats: int) -> dict[str, float | None]:
    """Fewest steps of the default sampler whose KID interval meets that of 1,000 ancestral steps, same weights."""
    params = default()
    real, learnt = real_images(params)
    plan = plan_of(params.diffusion, learnt, epochs=budget(params, first_class(params))[1])
    run = trained(plan, params)
    of = lite0(best_device())
    held_out = of(real)

    def interval(sampler: str, steps: int) -> tuple[float, float]:
        made = of(sampled(run, plan, len(real), sampler, steps))
        middle, spread = kid(made, held_out), kid_spread(made, held_out, np.random.default_rng(0))
        print(f"  {sampler} {steps:5}: KID {middle:.4f} +- {1.96 * spread:.4f}", flush=True)
        return middle - 1.96 * spread, middle + 1.96 * spread

    low, high = interval("ancestral", params.diffusion.process.steps)
    for steps in STEPS:
        lower, upper = interval(params.diffusion.sampler.name, steps)
        if lower <= high and low <= upper:
            return {"steps_to_match": steps}
    return {"steps_to_match": None}


def quality_ratio_default(repeats: int) -> dict[str, float]:
    """Feature distance of the default over that of the study's recipe after the same minutes, at the same N.

    1,000 ancestral steps of the study's network would take hours, so the default's sampler draws from both, 50 steps.
    """
    real, learnt = real_images(default())
    of = lite0(best_device())

    def distance(params: Params, minutes: float | None) -> tuple[float, float]:
        """After `minutes`, or after the recipe's own epochs; and the minutes."""
        plan = plan_of(params.diffusion, learnt, epochs=budget(params, first_class(params))[1])
        begun = time.monotonic()
        run = trained(plan, params, lambda run: not minutes or time.monotonic() - begun < 60 * minutes)
        spent = (time.monotonic() - begun) / 60
        found = frechet(of(sampled(run, plan, len(real), default().diffusion.sampler.name, 50)), of(real))
        print(f"  {run.step} steps in {spent:.2f} minutes: distance {found:.1f} at n = {len(real)}", flush=True)
        return found, spent

    ours, minutes = distance(default(), None)
    theirs, _ = distance(study(), minutes)
    return {"quality_ratio_default": ours / theirs, "quality_minutes": minutes}


def minutes_to_recognisable(repeats: int) -> dict[str, float | None]:
    """Minutes of training and sampling, from nothing, until a classifier on features tells fewer than 85 % apart.

    The default's recipe, its epochs such that it takes each of MINUTES in turn: a learning rate that falls to 0 makes
    what is on the way worse than what a shorter training ends with.
    """
    params = default()
    real, learnt = real_images(params)
    of = lite0(best_device())
    held_out = of(real)
    runs = held_out_rows(params)["run"].to_numpy()
    sampler = params.diffusion.sampler
    figures: dict[str, float | None] = {}
    for minutes in MINUTES:
        begun = time.monotonic()
        plan = plan_of(params.diffusion, learnt, epochs=epochs_in(minutes, params, learnt))
        run = trained(plan, params)
        made = sampled(run, plan, len(real), sampler.name, sampler.steps)
        spent = (time.monotonic() - begun) / 60
        accuracy = two_sample(of(made), held_out, runs, np.random.default_rng(0))["accuracy"]
        print(f"  {run.step} steps, {spent:.2f} minutes: accuracy {accuracy:.3f}", flush=True)
        figures[f"two_sample_accuracy_{minutes}_minutes"] = accuracy
        if accuracy < RECOGNISABLE:
            return figures | {"minutes_to_recognisable": spent}
    return figures | {"minutes_to_recognisable": None}


def epochs_in(minutes: float, params: Params, learnt: np.ndarray) -> int:
    """As many as the default trains in so many minutes."""
    plan = plan_of(params.diffusion, learnt)
    seconds = measure(plan, params.diffusion.network, best_device(), images_a_call=1).step
    return max(1, int(60 * minutes / seconds / plan.steps_an_epoch))


def first_class(params: Params) -> str:
    return params.classes.minority[0]


def held_out_rows(params: Params) -> pd.DataFrame:
    """Of the first class's held-out images."""
    return particles(first_class(params), params.diffusion.platform, "selection", params.quality.images, params.seed)[1]


def real_images(params: Params, label: str | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Held-out and training images of a class (the first), at the counts of `params`."""
    label = label or first_class(params)
    platform = params.diffusion.platform
    held_out, _ = particles(label, platform, "selection", params.quality.images, params.seed)
    learnt, _ = particles(label, platform, "train", budget(params, label)[0], params.seed)
    return held_out, learnt


def trained(plan: Plan, params: Params, more: Callable[[Run], bool] = lambda run: True) -> Run:
    """`plan` to its end, or for as long as there is `more` to do."""
    run = start(plan, params.diffusion.network, best_device())
    while run.step < plan.steps and more(run):
        train_step(run, plan)
    return run


def sampled(
    run: Run, plan: Plan, count: int, sampler: str, steps: int, label: str | None = None, guidance: float = 1.0
) -> np.ndarray:
    """`count` images of class `label` (the plan's first)."""
    generator = drawing(run, plan, label or plan.classes[0], guidance)
    batches = [list(range(first, min(first + 64, count))) for first in range(0, count, 64)]
    return np.concatenate([images(generator, seeds, sampler, steps) for seeds in batches])
