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
from stages.common.files import replacing_folder, write_csv, write_json
from stages.common.origin import origin_of, title
from stages.common.params import Params, load
from stages.common.seeds import generator as random_generator
from stages.diffusion import pictures
from stages.diffusion.generate import image_seed
from stages.diffusion.judging.frechet import frechet
from stages.diffusion.judging.inception import inception, weights_path
from stages.diffusion.judging.kid import kid, kid_spread
from stages.diffusion.judging.lite0 import NAME, lite0
from stages.diffusion.judging.memorisation import Neighbours, Training, memorisation
from stages.diffusion.particles import particles
from stages.diffusion.sample import trajectory
from stages.diffusion.weights import read

Features = Callable[[np.ndarray], np.ndarray]


def main() -> None:
    if len(sys.argv) != 2:
        raise InputError("expected one class: python -m stages.diffusion.quality <class>")
    judge(sys.argv[1], load())


def judge(label: str, params: Params) -> None:
    """Write metrics/quality/<label>.json and the pictures in plots/diffusion/<label>/."""
    device = best_device()
    folder = Path("models/ddpm") / label
    model, card = read(folder / "weights.safetensors", device)
    platform = params.diffusion.platform
    training, _ = particles(label, platform, "train", card.training_images, params.seed)
    held_out, rows = particles(label, platform, "selection", params.quality.images, params.seed)
    generated = read_images(Path("data/synthetic") / f"{label}.npy")
    samples = np.load(folder / "samples.npy", allow_pickle=False)
    losses = pd.read_csv(folder / "loss.csv")

    features = lite0(device)
    n = min(params.quality.images, len(generated), len(held_out), len(training))
    print(f"{label}: {n} generated, held-out and training images each, on {device}", flush=True)
    known = Training.of(training, features)
    judged = Neighbours.of(features(generated[: params.quality.images]), known)
    real = Neighbours.of(features(held_out), known)
    by_epoch = progress_by_epoch(features, samples, card.sample_epochs, held_out)
    random = random_generator(params.seed, "quality", label)
    write_json(
        Path("metrics/quality") / f"{label}.json",
        {
            "class": label,
            "platform": platform,
            "data": origin_of(rows),
            "n": n,
            "held_out": len(held_out),
            "training": len(training),
            "network": NAME,
            **distances(features, generated[:n], held_out[:n], training[:n], random),
            "memorisation": {
                "generated": memorisation(judged, known),
                "held_out": memorisation(real, known),
            },
            "inception": inception_distances(device, generated[:n], held_out[:n], training[:n], random),
        },
    )

    sampler = params.diffusion.sampler
    states = [
        model.grey.decode(state)[0]
        for state in trajectory(model, [image_seed(params.seed, label, 0)], sampler.name, sampler.steps)
    ]
    shown = np.unique(np.linspace(0, sampler.steps, params.quality.trajectory).round().astype(int))

    def named(text: str) -> str:
        return title(f"{label}: {text}", card.origin)

    with replacing_folder(Path("plots/diffusion") / label) as plots:
        write_csv(plots / "loss.csv", losses[["epoch", "loss"]])
        pictures.loss(plots / "loss.png", named("training"), losses, by_epoch)
        pictures.samples(
            plots / "samples.png", named("the same noise as training goes on"), samples, card.sample_epochs
        )
        pictures.trajectory(plots / "trajectory.png", named(f"from noise to image, {sampler.name}"), states, shown)
        pictures.real_and_generated(plots / "real_and_generated.png", named("real and generated"), held_out, generated)
        nearest = known.oriented[judged.way, judged.nearest]
        heading = named("generated (left) and the nearest training image (right), the nearest pairs first")
        pictures.neighbours(plots / "neighbours.png", heading, generated[: len(nearest)], nearest, judged.gap)


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
    }


def inception_distances(device: torch.device, *images_and_random) -> dict[str, float] | str:
    """The customary FID beside, or how to get it."""
    if not weights_path().exists():
        return (
            f"weights absent: put {weights_path().name} into the folder hub/checkpoints of torch's cache (TORCH_HOME)"
        )
    return distances(inception(device), *images_and_random)


def progress_by_epoch(features: Features, samples: np.ndarray, epochs: list[int], held_out: np.ndarray) -> pd.DataFrame:
    """Columns epoch, frechet, kid: of the few samples of each sample epoch, so high, but comparable between epochs."""
    real = features(held_out)
    found = [features(images) for images in samples]
    return pd.DataFrame(
        {"epoch": epochs, "frechet": [frechet(new, real) for new in found], "kid": [kid(new, real) for new in found]}
    )


if __name__ == "__main__":
    run(main)
