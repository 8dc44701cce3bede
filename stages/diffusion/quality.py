"""Judge the generated images of one class: `python -m stages.diffusion.quality <class>`.

They stand beside held-out real ones of the selection split, never of the validation split. Every distance comes with
its floor: that between real training and real held-out images, at the same number of images.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from stages.common.arrays import read_images
from stages.common.device import best_device
from stages.common.errors import InputError, run
from stages.common.files import read_json, replacing_folder, write_csv, write_json
from stages.common.origin import origin_of, title
from stages.common.params import Params, load
from stages.common.seeds import generator as random_generator
from stages.diffusion import pictures
from stages.diffusion.generate import image_seed
from stages.diffusion.interpolation import interpolation
from stages.diffusion.judging.copies import are_copies, gate, known
from stages.diffusion.judging.density_coverage import density_coverage
from stages.diffusion.judging.frechet import frechet
from stages.diffusion.judging.inception import inception, weights_path
from stages.diffusion.judging.kid import kid, kid_spread
from stages.diffusion.judging.lite0 import NAME, lite0
from stages.diffusion.judging.memorisation import Neighbours, Training, memorisation
from stages.diffusion.judging.shape import MEASURES, shapes
from stages.diffusion.judging.spread import apart
from stages.diffusion.judging.two_sample import two_sample
from stages.diffusion.particles import particles
from stages.diffusion.sample import trajectory
from stages.diffusion.weights import Card, read

PAIRS = 4  # of noises, interpolated
Features = Callable[[np.ndarray], np.ndarray]


def main() -> None:
    if len(sys.argv) != 2:
        raise InputError("expected one class: python -m stages.diffusion.quality <class>")
    judge(sys.argv[1], load())


def judge(label: str, params: Params) -> None:
    """Write metrics/quality/<label>.json and the pictures in plots/diffusion/<label>/."""
    device = best_device()
    model, card = read(Path("models/ddpm") / label / "weights.safetensors", device)
    platform = params.diffusion.platform
    training, training_rows = particles(label, platform, "train", card.training_images, params.seed)
    held_out, rows = particles(label, platform, "selection", params.quality.images, params.seed)
    generated = read_images(Path("data/synthetic") / f"{label}.npy")[: params.quality.images]
    drawn = read_json(Path("data/synthetic") / f"{label}.json")
    gate(label, drawn["dropped"], drawn["made"], params.quality.copies_max)
    left = are_copies(generated, known(training), params.quality.copy_gap)
    gate(label, int(left.sum()), len(generated), params.quality.copies_max)
    n = min(len(generated), len(held_out), len(training))
    print(f"{label}: {n} generated, held-out and training images each, on {device}", flush=True)

    features = lite0(device)
    learnt = Training.of(training, features)
    neighbours = Neighbours.of(features(generated), learnt)
    runs = rows["run"].to_numpy()
    compared = (generated[:n], held_out[:n], training[:n], random_generator(params.seed, "quality", label))
    metrics = {
        "class": label,
        "platform": platform,
        "data": origin_of(rows),
        "n": n,
        "held_out": len(held_out),
        "training": len(training),
        "network": NAME,
        **distances(features, *compared),
        "two_sample": told_apart(features, *compared[:3], runs[:n], training_rows["run"].to_numpy()[:n], params.seed),
        "shape": shape_distances(generated, held_out, training, runs, random_generator(params.seed, "shape", label)),
        "memorisation": {
            "generated": memorisation(neighbours, learnt),
            "held_out": memorisation(Neighbours.of(features(held_out), learnt), learnt),
        },
        "copies": {
            "rule": "means of 4 x 4 px; nearest over second nearest training image, any flip or turn, below copy_gap",
            "copy_gap": params.quality.copy_gap,
            "copies_max": params.quality.copies_max,
            "made": drawn["made"],
            "dropped": drawn["dropped"],
            "held_out_share": float(are_copies(held_out, known(training), params.quality.copy_gap).mean()),
        },
        "inception": inception_distances(device, *compared),
    }
    write_json(Path("metrics/quality") / f"{label}.json", metrics)

    sampler = params.diffusion.sampler
    states = list(trajectory(model, [image_seed(params.seed, label, 0)], sampler.name, sampler.steps))
    steps = np.unique(np.linspace(0, sampler.steps, params.quality.trajectory).round().astype(int))
    frames = {step: model.grey.decode(states[step])[0] for step in steps}
    nearest = learnt.oriented[neighbours.way, neighbours.nearest]
    pairs = [(image_seed(params.seed, label, 2 * i), image_seed(params.seed, label, 2 * i + 1)) for i in range(PAIRS)]
    columns = params.quality.trajectory
    between = np.stack([interpolation(model, pair, columns, sampler.name, sampler.steps) for pair in pairs])
    draw(label, card, frames, held_out, training, generated, between, nearest, neighbours.gap, features)


def draw(
    label: str,
    card: Card,
    frames: dict[int, np.ndarray],
    held_out: np.ndarray,
    training: np.ndarray,
    generated: np.ndarray,
    between: np.ndarray,
    nearest: np.ndarray,
    gap: np.ndarray,
    features: Features,
) -> None:
    """Write plots/diffusion/<label>/."""
    model = Path("models/ddpm") / label
    losses = pd.read_csv(model / "loss.csv")
    samples = np.load(model / "samples.npy", allow_pickle=False)
    random = random_generator(0, "by epoch", label)
    by_epoch = distances_by_epoch(features, samples, card.sample_epochs, losses, held_out, training, random)

    def named(text: str) -> str:
        return title(f"{label}: {text}", card.origin)

    with replacing_folder(Path("plots/diffusion") / label) as folder:
        write_csv(folder / "loss.csv", losses[["epoch", "loss"]])
        write_csv(folder / "by_epoch.csv", by_epoch)
        pictures.loss(folder / "loss.png", named("training"), losses, by_epoch)
        heading = named("from one noise to another, images generated on the way")
        pictures.rows(folder / "interpolation.png", heading, between)
        heading = named("measured in the images")
        pictures.shapes(folder / "shape.png", heading, shapes(held_out)[0], shapes(generated)[0], MEASURES)
        heading = named("the same noise as training goes on")
        pictures.samples(folder / "samples.png", heading, samples, card.sample_epochs)
        pictures.trajectory(folder / "trajectory.png", named("from noise to image"), frames)
        pictures.real_and_generated(folder / "real_and_generated.png", named("real and generated"), held_out, generated)
        heading = named("generated (left) and nearest training image (right), nearest pairs first")
        pictures.neighbours(folder / "neighbours.png", heading, generated, nearest, gap)


def distances(
    features: Features, generated: np.ndarray, held_out: np.ndarray, training: np.ndarray, random: np.random.Generator
) -> dict[str, float]:
    """Of generated to held-out images; `_floor`: of training to held-out images. All of one number."""
    new, real, learnt = features(generated), features(held_out), features(training)
    return {
        "frechet": frechet(new, real),
        "frechet_floor": frechet(learnt, real),
        "kid": kid(new, real),
        "kid_sd": kid_spread(new, real, random),
        "kid_floor": kid(learnt, real),
        **density_coverage(new, real),
        **{f"{name}_floor": value for name, value in density_coverage(learnt, real).items()},
    }


def told_apart(
    features: Features,
    generated: np.ndarray,
    held_out: np.ndarray,
    training: np.ndarray,
    runs: np.ndarray,
    training_runs: np.ndarray,
    seed: int,
) -> dict:
    """Two-sample test of generated against held-out images; `real_floor`: of training against held-out ones."""
    real = features(held_out)
    return {
        "n": len(real),
        "network": NAME,
        **two_sample(features(generated), real, runs, random_generator(seed, "two sample")),
        "real_floor": two_sample(features(training), real, runs, random_generator(seed, "two sample"))
        | {"training_runs": len(np.unique(training_runs))},
    }


def shape_distances(
    generated: np.ndarray, held_out: np.ndarray, training: np.ndarray, runs: np.ndarray, random: np.random.Generator
) -> dict:
    """Each measure of generated against held-out images; `floor`: of training against held-out ones."""
    sets = {"generated": generated, "held_out": held_out, "training": training}
    measured = {name: shapes(images) for name, images in sets.items()}
    seen = {name: len(images) - measured[name][1] for name, images in sets.items()}
    found = {"images": seen, "without_particle": {name: empty for name, (_, empty) in measured.items()}}
    if min(seen.values()) < 2:
        return found | {"reason": "fewer than two images of a set show a particle"}
    own_runs = runs[[shapes(image[None])[1] == 0 for image in held_out]]
    values = {name: own for name, (own, _) in measured.items()}
    return found | {
        name: {
            "median": {key: float(np.median(own[name])) for key, own in values.items()},
            **apart(values["generated"][name], values["held_out"][name], own_runs, random),
            "floor": apart(values["training"][name], values["held_out"][name], own_runs, random),
        }
        for name in MEASURES
    }


def inception_distances(device: torch.device, *images_and_random) -> dict[str, float] | str:
    """The customary FID beside, or how to get it."""
    if not weights_path().exists():
        return (
            f"weights absent: put {weights_path().name} into the folder hub/checkpoints of torch's cache (TORCH_HOME)"
        )
    return distances(inception(device), *images_and_random)


def distances_by_epoch(
    features: Features,
    samples: np.ndarray,
    epochs: list[int],
    losses: pd.DataFrame,
    held_out: np.ndarray,
    training: np.ndarray,
    random: np.random.Generator,
) -> pd.DataFrame:
    """One row a sample epoch: n, loss (mean since the sample epoch before), and distances of its few samples.

    The floors are those of as many training images. At so small an n only KID, which is unbiased, means the same as
    elsewhere; the Frechet distance compares epochs with each other.
    """
    real, learnt = features(held_out), features(training[: samples.shape[1]])
    floors = {"frechet_floor": frechet(learnt, real), "kid_floor": kid(learnt, real)}
    found, before = [], 0
    for epoch, images in zip(epochs, samples, strict=True):
        new = features(images)
        since = losses.loc[(losses["epoch"] > before) & (losses["epoch"] <= epoch), "loss"].mean()
        row = {"epoch": epoch, "n": len(images), "loss": since, "frechet": frechet(new, real), "kid": kid(new, real)}
        found.append(row | {"kid_sd": kid_spread(new, real, random), **floors})
        before = epoch
    return pd.DataFrame(found)


if __name__ == "__main__":
    run(main)
