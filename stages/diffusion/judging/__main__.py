"""Judge the synthetic images of one class: `python -m stages.diffusion.judging <class>`.

They stand beside held-out real ones of the selection split, never of the validation split. Every distance comes with
its floor: that between real training and real held-out images, at the same number of images.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.arrays import read_images
from stages.common.base.arguments import arguments
from stages.common.base.errors import run
from stages.common.base.files import read_json, replacing_folder, write_csv, write_json
from stages.common.base.origin import origin_of, title
from stages.common.base.parameters import Block, read_parameters
from stages.common.base.threads import in_order
from stages.common.device import best_device, workers
from stages.common.params.diffusion import Diffusion
from stages.common.params.quality import Quality
from stages.diffusion.copies.copies import RULE, gate, gate_authentic, trained_on
from stages.diffusion.data.particles import particles
from stages.diffusion.judging import pictures
from stages.diffusion.judging.compared import Compared
from stages.diffusion.judging.history import History
from stages.diffusion.judging.interpolation import interpolation
from stages.diffusion.judging.lite0 import NAME, lite0
from stages.diffusion.judging.memorisation import authentic_share, memorisation
from stages.diffusion.judging.plateau import plateau
from stages.diffusion.judging.set_distances import by_epoch, set_distances, with_inception
from stages.diffusion.judging.shape import MEASURES, shapes
from stages.diffusion.judging.shape_distances import shape_distances
from stages.diffusion.judging.two_sample import told_apart
from stages.diffusion.model.sample import Generator, image_seed, trajectory
from stages.diffusion.model.weights import model_folder, read

PAIRS = 4  # of noises, interpolated
JUDGEMENTS: dict[str, Callable[[Compared], dict]] = {"two_sample": told_apart, "shape": shape_distances}


class Parameters(Block):
    """What this script reads of params.yaml."""

    seed: int
    diffusion: Diffusion
    quality: Quality


def main() -> None:
    (name,) = arguments("stages.diffusion.judging", "class")
    judge(name, read_parameters(Parameters))


def judge(label: str, params: Parameters) -> None:
    """Write metrics/quality/<label>.json and the pictures in plots/diffusion/<label>/."""
    device = best_device()
    folder = model_folder(label)
    model, card = read(folder / "weights.safetensors", label, params.diffusion.sampler.guidance, device)
    platform = params.diffusion.platform
    training, training_rows = particles(label, platform, "train", card.classes[label].training_images, params.seed)
    held_out, held_out_rows = particles(label, platform, "selection", params.quality.images, params.seed)
    compared = Compared(
        label=label,
        seed=params.seed,
        synthetic=read_images(Path("data/synthetic") / f"{label}.npy")[: params.quality.images],
        held_out=held_out,
        training=training,
        held_out_runs=held_out_rows["run"].to_numpy(),
        training_runs=training_rows["run"].to_numpy(),
        features=lite0(device),
        network=NAME,
    )
    copy_gap = params.diffusion.sampler.copy_gap
    copied = copies(compared, params.quality, copy_gap)
    print(f"{label}: {compared.n} synthetic, held-out and training images each, on {device}", flush=True)

    history = History.read(folder, label, card)
    epochs = by_epoch(compared, history)
    neighbours = compared.gallery.neighbours(compared.synthetic_features)
    seen = compared.gallery.neighbours(compared.held_out_features)
    metrics = {
        "class": label,
        "platform": platform,
        "data": origin_of(held_out_rows),
        "n": compared.n,
        "held_out": len(held_out),
        "training": len(training),
        "start": card.start,
        "network": NAME,
        **set_distances(compared.equal_features(), compared.random("kid")),
        **{name: judgement(compared) for name, judgement in JUDGEMENTS.items()},
        "memorisation": {
            "synthetic": memorisation(neighbours, compared.gallery, copy_gap),
            "held_out": memorisation(seen, compared.gallery, copy_gap),
        },
        "copies": copied,
        "plateau": plateau(epochs),
        "inception": with_inception(compared, device),
    }
    write_json(Path("metrics/quality") / f"{label}.json", metrics)
    on_the_way, between = from_noise(model, label, params)
    shown = Shown(
        compared=compared,
        history=history,
        origin=card.origin,
        epochs=epochs,
        nearest=compared.gallery.oriented[neighbours.way, neighbours.nearest],
        gap=neighbours.gap,
        on_the_way=on_the_way,
        between=between,
    )
    draw(shown, Path("plots/diffusion") / label)


def copies(compared: Compared, limits: Quality, copy_gap: float) -> dict:
    """What generation dropped as copies of training images, and how near the others are to them.

    Raises InputError past `copies_max`, also when copies are left among the images, as in files that were not made by
    `generate`, and below `authentic_min`.
    """
    drawn = read_json(Path("data/synthetic") / f"{compared.label}.json")
    gate(compared.label, drawn["dropped"], drawn["made"], limits.copies_max)
    training = trained_on(compared.training)
    synthetic, held_out = training.neighbours(compared.synthetic), training.neighbours(compared.held_out)
    left = int(training.copied(synthetic, copy_gap).sum())
    gate(compared.label, left, len(compared.synthetic), limits.copies_max)
    authentic, floor = (authentic_share(found, training.apart) for found in (synthetic, held_out))
    gate_authentic(compared.label, authentic, floor, limits.authentic_min)
    return {
        "rule": RULE,
        "copy_gap": copy_gap,
        "copies_max": limits.copies_max,
        "made": drawn["made"],
        "dropped": drawn["dropped"],
        "held_out_share": float(training.copied(held_out, copy_gap).mean()),
        "authentic_min": limits.authentic_min,
        "authentic_share": authentic,
        "held_out_authentic_share": floor,
    }


def from_noise(model: Generator, label: str, params: Parameters) -> tuple[dict[int, np.ndarray], np.ndarray]:
    """One image on its way from noise, by step; and images between pairs of noises (PAIRS, columns, H, W)."""
    sampler, columns = params.diffusion.sampler, params.quality.trajectory
    states = list(trajectory(model, [image_seed(params.seed, label, 0)], sampler.name, sampler.steps))
    steps = np.unique(np.linspace(0, sampler.steps, columns).round().astype(int))
    pairs = [(image_seed(params.seed, label, 2 * i), image_seed(params.seed, label, 2 * i + 1)) for i in range(PAIRS)]

    def way(pair: tuple[int, int]) -> np.ndarray:
        return interpolation(model, pair, columns, sampler.name, sampler.steps)

    between = np.stack(list(in_order(way, pairs, workers(model.device))))
    return {step: model.grey.decode(states[step])[0] for step in steps}, between


@dataclass(frozen=True)
class Shown:
    """What the pictures of a class show."""

    compared: Compared
    history: History
    origin: str  # of the generator's training images
    epochs: pd.DataFrame  # a row a sample epoch, with its distances
    nearest: np.ndarray  # (M, H, W): the training image nearest to each synthetic one, turned as it lies nearest
    gap: np.ndarray  # (M,): distance to the nearest over distance to the second nearest
    on_the_way: dict[int, np.ndarray]  # by step of the sampler
    between: np.ndarray  # (PAIRS, columns, H, W)


def draw(shown: Shown, folder: Path) -> None:
    """Write the pictures and the tables behind them into `folder`."""
    held_out, synthetic, history = shown.compared.held_out, shown.compared.synthetic, shown.history

    def named(text: str) -> str:
        return title(f"{shown.compared.label}: {text}", shown.origin)

    with replacing_folder(folder) as temporary:
        write_csv(temporary / "loss.csv", history.losses[["epoch", "loss"]])
        write_csv(temporary / "by_epoch.csv", shown.epochs)
        pictures.loss(temporary / "loss.png", named("training"), history.losses, shown.epochs)
        heading = named("from one noise to another, synthetic images on the way")
        pictures.rows(temporary / "interpolation.png", heading, shown.between)
        heading = named("measured in the images")
        pictures.shapes(temporary / "shape.png", heading, shapes(held_out)[0], shapes(synthetic)[0], MEASURES)
        heading = named("the same noise as training goes on")
        pictures.samples(temporary / "samples.png", heading, history.samples, history.epochs)
        pictures.trajectory(temporary / "trajectory.png", named("from noise to image"), shown.on_the_way)
        heading = named("real and synthetic")
        pictures.real_and_generated(temporary / "real_and_generated.png", heading, held_out, synthetic)
        heading = named("synthetic (left) and nearest training image (right), nearest pairs first")
        pictures.neighbours(temporary / "neighbours.png", heading, synthetic, shown.nearest, shown.gap)


if __name__ == "__main__":
    run(main)
