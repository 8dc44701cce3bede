"""Train the diffusion model of one class: `python -m stages.diffusion.train <class>`.

To go on with a run that was cut off, run the same command again: it ends with the same bytes.
"""

import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.device import best_device
from stages.common.errors import InputError, run
from stages.common.files import replacing_folder, write_csv
from stages.common.fingerprint import fingerprint, of_bytes
from stages.common.origin import origin_of
from stages.common.params import Params, load
from stages.common.params.diffusion import Diffusion
from stages.common.progress import progress
from stages.common.scratch import scratch
from stages.common.seeds import seed_of
from stages.diffusion import weights
from stages.diffusion.folding import folded
from stages.diffusion.grey import GreyScale
from stages.diffusion.particles import particles
from stages.diffusion.process import build
from stages.diffusion.sample import Generator
from stages.diffusion.sample import images as sampled
from stages.diffusion.training import Plan, Run, load_checkpoint, save_checkpoint, start, train_step
from stages.diffusion.unet import parameter_count

# The pictures at the sample epochs: the same noise each time, and a sampler whose settings don't retrain the model.
PREVIEW_IMAGES = 16
PREVIEW_SAMPLERS = {"epsilon": ("dpm_solver", 20), "v": ("dpm_solver", 20), "flow": ("heun", 10)}
STEPS_BEFORE_ESTIMATE = 20


def main() -> None:
    if len(sys.argv) != 2:
        raise InputError("expected one class: python -m stages.diffusion.train <class>")
    train(sys.argv[1], load())


def train(label: str, params: Params) -> None:
    """Write models/ddpm/<label>/: weights.safetensors, loss.csv, samples.npy."""
    settings = params.diffusion
    if label not in settings.classes:
        raise InputError(f"diffusion.classes has no {label!r}; there are: {', '.join(settings.classes)}")
    budget = settings.classes[label]
    images, rows = particles(label, settings.platform, "train", budget.images, params.seed)
    plan = Plan(
        label=label,
        images=images,
        grey=GreyScale.of(images, settings.process.standardize),
        process=build(settings.process),
        settings=settings.training,
        epochs=budget.epochs,
        sample_epochs=sorted({e for e in settings.training.sample_epochs if e < budget.epochs} | {budget.epochs}),
        seed=params.seed,
    )
    current = start(plan, settings.network, best_device())
    print(
        f"{label}: {len(images)} images of {plan.edge} px ({budget.images} allowed), {plan.epochs} epochs, "
        f"{plan.steps} steps of {plan.settings.batch}, {parameter_count(current.network) / 1e6:.1f} M weights, on "
        f"{best_device()}",
        flush=True,
    )
    with scratch(_fingerprint(plan, settings)) as unfinished:
        fit(current, plan, unfinished / "run.safetensors")
        card = weights.Card(
            label=label,
            origin=origin_of(rows),
            training_images=len(images),
            sample_epochs=plan.sample_epochs,
            edge=plan.edge,
            precision=plan.settings.precision,
            grey=plan.grey,
            network=settings.network,
            process=settings.process,
        )
        with replacing_folder(Path("models/ddpm") / label) as folder:
            weights.save(folder / "weights.safetensors", current.average.state_dict(), card)
            write_csv(folder / "loss.csv", loss_by_epoch(current.losses, plan))
            np.save(folder / "samples.npy", np.stack(current.samples))


def fit(current: Run, plan: Plan, checkpoint: Path) -> None:
    """Train to the end, from `checkpoint` if there is one."""
    if checkpoint.exists():
        load_checkpoint(checkpoint, current)
        print(f"{plan.label}: going on after step {current.step}", flush=True)
    sample_steps = [epoch * plan.steps_an_epoch for epoch in plan.sample_epochs]
    remaining = range(current.step, plan.steps)
    for _ in progress(_estimated(remaining), f"train {plan.label}", total=plan.steps, done=current.step):
        train_step(current, plan)
        if current.step in sample_steps:
            current.samples.append(preview(current, plan))
        if current.step % plan.settings.checkpoint_every == 0:
            save_checkpoint(checkpoint, current)


def preview(current: Run, plan: Plan) -> np.ndarray:
    """PREVIEW_IMAGES images (uint8) of the averaged weights."""
    seeds = [seed_of(plan.seed, "ddpm", plan.label, "preview", i) for i in range(PREVIEW_IMAGES)]
    generator = Generator(folded(current.average), plan.process, plan.grey, plan.edge, plan.settings.precision)
    return sampled(generator, seeds, *PREVIEW_SAMPLERS[plan.process.objective])


def loss_by_epoch(losses: list[float], plan: Plan) -> pd.DataFrame:
    """The mean of each epoch's losses, one a step."""
    by_epoch = np.array(losses).reshape(plan.epochs, plan.steps_an_epoch)
    epoch = np.arange(1, plan.epochs + 1)
    return pd.DataFrame({"epoch": epoch, "images_seen": epoch * len(plan.images), "loss": by_epoch.mean(axis=1)})


def _estimated(steps: range) -> Iterator[int]:
    """`steps`; after a few of them, one line that says how long the rest will take."""
    begun = time.monotonic()
    for done, step in enumerate(steps):
        if done == STEPS_BEFORE_ESTIMATE:
            each = (time.monotonic() - begun) / done
            print(f"{each:.2f} s a step: about {each * (len(steps) - done) / 60:.1f} minutes to go", flush=True)
        yield step


def _fingerprint(plan: Plan, settings: Diffusion) -> str:
    decisive = {
        "label": plan.label,
        "images": of_bytes(plan.images.tobytes()),
        "grey": asdict(plan.grey),
        "process": settings.process.model_dump(),
        "training": plan.settings.model_dump(),
        "epochs": [plan.epochs, plan.sample_epochs],
        "seed": plan.seed,
        "network": settings.network.model_dump(),
        "device": str(best_device()),
    }
    return fingerprint(decisive, inputs=[], code=[Path(__file__).parent, Path(__file__).parents[1] / "common"])


if __name__ == "__main__":
    run(main)
