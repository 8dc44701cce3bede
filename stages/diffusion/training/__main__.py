"""Train the diffusion model of a class, alone or with others: `python -m stages.diffusion.training <class>`.

To go on with a run that was cut off, run the same command again: it ends with the same bytes. On several GPUs:
`torchrun --nproc-per-node <GPUs> -m stages.diffusion.training <class>`.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from stages.common.base.arguments import arguments
from stages.common.base.errors import InputError, run
from stages.common.base.files import replacing_folder, write_csv
from stages.common.base.origin import origin_of
from stages.common.base.parameters import Block, read_parameters
from stages.common.base.progress import progress
from stages.common.base.seeds import seed_of
from stages.common.base.threads import in_order
from stages.common.device import workers
from stages.common.params.diffusion import Diffusion
from stages.common.unfinished.fingerprint import of_bytes, of_file
from stages.common.unfinished.key import Key, key_of
from stages.common.unfinished.scratch import folder_of, scratch
from stages.diffusion.data.particles import particles
from stages.diffusion.model import weights
from stages.diffusion.model.folding import folded
from stages.diffusion.model.grey import GreyScale
from stages.diffusion.model.process import build
from stages.diffusion.model.sample import Generator
from stages.diffusion.model.sample import images as sampled
from stages.diffusion.model.unet import parameter_count
from stages.diffusion.training import torchrun
from stages.diffusion.training.beginning import first_weights, in_words, path_of
from stages.diffusion.training.checkpoint import load_checkpoint, save_checkpoint
from stages.diffusion.training.early_stop import divided, has_stopped, judge_epoch
from stages.diffusion.training.estimate import Estimate, measure
from stages.diffusion.training.step import Plan, Run, start, together, train_step

# The pictures at the sample epochs: the same noise each time, and a sampler whose settings don't retrain the model.
PREVIEW_IMAGES = 16
PREVIEW_BATCH = 8
PREVIEW_SAMPLERS = {"epsilon": ("dpm_solver", 20), "v": ("dpm_solver", 20), "flow": ("heun", 10)}
PREVIEW_CALLS = 20
CHECKPOINT = "run.safetensors"


class Parameters(Block):
    """What this script reads of params.yaml."""

    seed: int
    diffusion: Diffusion


def main() -> None:
    (label,) = arguments("stages.diffusion.training", "class")
    train(label, read_parameters(Parameters))


def train(label: str, params: Parameters) -> None:
    """Write models/ddpm/<label>/: weights.safetensors, loss.csv, and for each class learnt a folder with samples.npy.

    Classes that share a network each have it in a folder of their own: the first one trains it, the others take it.
    """
    settings = params.diffusion
    plan, origin = planned(label, params)
    with torchrun.workers() as device:
        current = start(plan, settings.network, device)
        say(
            f"{plan.name}: {len(plan.images)} images of {plan.edge} px ({counts(plan, settings)}), "
            f"{plan.epochs} epochs, {plan.steps} steps of {plan.settings.batch}, "
            f"{parameter_count(current.network) / 1e6:.1f} M weights, on {torchrun.count()} x {device}"
            + (f"; {len(plan.held_out)} more are held out" if len(plan.held_out) else "")
        )
        say(f"{plan.name}: starts from {in_words(settings.start)}")
        estimate = measure(plan, settings.network, device, PREVIEW_IMAGES)
        key = resumption_key(plan, settings, device)
        if not torchrun.is_first():
            fit(current, plan, folder_of(key) / CHECKPOINT, estimate)
            return
        with scratch(key, label, plan.classes) as unfinished:
            fit(current, plan, unfinished / CHECKPOINT, estimate)
            write(current, plan, label, settings, origin)


def planned(label: str, params: Parameters) -> tuple[Plan, str]:
    """What the network of `label` learns and how, and the origin of its images."""
    settings, (_, epochs) = params.diffusion, params.diffusion.generator.of(label)
    found = {name: training_images(name, params) for name in settings.generator.learnt_with(label)}
    images, labels = together({label: learnt for label, (learnt, _, _) in found.items()})
    held_out, held_out_labels = together({label: beside for label, (_, beside, _) in found.items()})
    plan = Plan(
        name="+".join(found),
        scales={
            label: GreyScale.of(learnt, settings.process.standardize, settings.process.asinh_softening)
            for label, (learnt, _, _) in found.items()
        },
        images=images,
        labels=labels,
        held_out=held_out,
        held_out_labels=held_out_labels,
        process=build(settings.process),
        settings=settings.training,
        epochs=epochs,
        sample_epochs=sorted({e for e in settings.training.sample_epochs if e < epochs} | {epochs}),
        seed=params.seed,
        start=first_weights(settings, images.shape[1], len(found)),
    )
    return plan, origin_of(pd.concat([rows for _, _, rows in found.values()]))


def counts(plan: Plan, settings: Diffusion) -> str:
    """How many images of each class there are, and may be."""
    return "; ".join(
        f"{label}: {count}, {settings.generator.of(label)[0]} allowed"
        for label, count in zip(plan.classes, np.bincount(plan.labels), strict=True)
    )


def write(current: Run, plan: Plan, label: str, settings: Diffusion, origin: str) -> None:
    """The results in their folder."""
    card = weights.Card(
        name=plan.name,
        classes={
            name: weights.ClassCard(int(count), plan.scales[name])
            for name, count in zip(plan.classes, np.bincount(plan.labels), strict=True)
        },
        origin=origin,
        sample_epochs=list(current.samples),
        edge=plan.edge,
        precision=plan.settings.precision,
        network=settings.network,
        process=settings.process,
        start=in_words(settings.start),
    )
    samples = np.stack(list(current.samples.values()), axis=1)
    with replacing_folder(weights.model_folder(label)) as folder:
        final = current.average.state_dict() if plan.settings.patience is None else current.best
        weights.save(folder / "weights.safetensors", final, card)
        write_csv(folder / "loss.csv", loss_by_epoch(current, plan))
        for name, drawn in zip(plan.classes, samples, strict=True):
            (folder / name).mkdir()
            np.save(folder / name / "samples.npy", drawn)


def training_images(label: str, params: Parameters) -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    """The images of a class to train on, held-out ones, and the table's rows of the former."""
    settings, (most, _) = params.diffusion, params.diffusion.generator.of(label)
    images, rows = particles(label, settings.platform, "train", None, params.seed)
    learnt, held_out = divided(rows, most, settings.training.held_out)
    if len(learnt) < 2:
        raise InputError(
            f"diffusion.training.held_out is {len(held_out)}, but the train split has {len(rows)} images of {label}: "
            "nothing is left to learn from"
        )
    return images[learnt], images[held_out], rows.iloc[learnt]


def fit(current: Run, plan: Plan, checkpoint: Path, estimate: Estimate) -> None:
    """Train to the end, from `checkpoint` if there is one."""
    if checkpoint.exists():
        load_checkpoint(checkpoint, current)
        say(f"{plan.name}: going on after step {current.step}")
    torchrun.wait()  # the first one writes to the checkpoint once all have read it
    say(estimate.sentence(plan, current.step, PREVIEW_CALLS))
    steps: Iterable[int] = range(current.step, plan.steps)
    if torchrun.is_first():
        steps = progress(steps, f"train {plan.name}", total=plan.steps, done=current.step)
    for _ in steps:
        if has_stopped(current, plan):
            say(f"{plan.name}: no lower held-out loss in {plan.settings.patience} epochs, stopped")
            break
        train_step(current, plan)
        if current.step % plan.steps_an_epoch == 0:
            end_epoch(current, plan)
        if current.step % plan.settings.checkpoint_every == 0 and torchrun.is_first():
            save_checkpoint(checkpoint, current)


def end_epoch(current: Run, plan: Plan) -> None:
    """Judge the epoch by the held-out images, and draw a few images where that is asked for or nothing follows."""
    if len(plan.held_out):
        judge_epoch(current, plan)
    epoch = current.step // plan.steps_an_epoch
    if torchrun.is_first() and (epoch in plan.sample_epochs or has_stopped(current, plan)):
        current.samples[epoch] = preview(current, plan)


def preview(current: Run, plan: Plan) -> np.ndarray:
    """PREVIEW_IMAGES images of each class from the averaged weights, unguided: (classes, n, edge, edge) uint8."""
    seeds = [seed_of(plan.seed, "ddpm", plan.name, "preview", i) for i in range(PREVIEW_IMAGES)]
    parts = [seeds[begin : begin + PREVIEW_BATCH] for begin in range(0, PREVIEW_IMAGES, PREVIEW_BATCH)]
    how = PREVIEW_SAMPLERS[plan.process.objective]

    def of_class(label: str) -> np.ndarray:
        generator = drawing(current, plan, label)
        drawn = in_order(lambda part: sampled(generator, part, *how), parts, workers(generator.device))
        return np.concatenate(list(drawn))

    return np.stack([of_class(label) for label in plan.classes])


def drawing(current: Run, plan: Plan, label: str, guidance: float = 1.0) -> Generator:
    """The averaged weights, ready to sample images of class `label`."""
    return Generator(
        network=folded(current.average),
        process=plan.process,
        grey=plan.scales[label],
        edge=plan.edge,
        precision=plan.settings.precision,
        label=plan.classes.index(label),
        guidance=guidance,
    )


def loss_by_epoch(current: Run, plan: Plan) -> pd.DataFrame:
    """The mean of each epoch's losses, one a step, and the held-out loss where there is one."""
    by_epoch = torch.stack(current.losses).double().cpu().numpy().reshape(-1, plan.steps_an_epoch)
    epoch = np.arange(1, len(by_epoch) + 1)
    table = pd.DataFrame({"epoch": epoch, "images_seen": epoch * len(plan.images), "loss": by_epoch.mean(axis=1)})
    return table.assign(held_out_loss=current.held_out_losses) if len(plan.held_out) else table


def say(text: str) -> None:
    if torchrun.is_first():
        print(text, flush=True)


def resumption_key(plan: Plan, settings: Diffusion, device: torch.device) -> Key:
    """Inputs and settings alone: what is computed from them might differ in its last bit on another day."""
    start = path_of(settings.start)
    decisive = {
        "images": of_bytes(plan.images.tobytes(), plan.held_out.tobytes()),
        "labels": [plan.labels.tolist(), plan.held_out_labels.tolist()],
        "classes": plan.classes,
        "process": settings.process.model_dump(),
        "training": plan.settings.model_dump(),
        "epochs": [plan.epochs, plan.sample_epochs],
        "seed": plan.seed,
        "start": of_file(start) if start else None,
        "network": settings.network.model_dump(),
        "devices": [device.type, torchrun.count()],
    }
    return key_of("train_ddpm", plan.name, decisive)


if __name__ == "__main__":
    run(main)
