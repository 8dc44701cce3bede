"""Generate synthetic images of one class: `python -m stages.diffusion.generate <class>`.

Image i of a class depends on the seed and i alone: more images or another batch leave the first ones as they were.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from stages.common.arrays import write_images
from stages.common.device import best_device
from stages.common.errors import InputError, run
from stages.common.params import load
from stages.common.params.diffusion import Sampler
from stages.common.progress import progress
from stages.common.seeds import seed_of
from stages.diffusion.sample import Generator, images
from stages.diffusion.weights import read


def main() -> None:
    if len(sys.argv) != 2:
        raise InputError("expected one class: python -m stages.diffusion.generate <class>")
    params = load()
    generate(sys.argv[1], params.diffusion.sampler, params.seed)


def generate(label: str, sampler: Sampler, seed: int) -> None:
    """Write data/synthetic/<label>.npy, (sampler.images, edge, edge) uint8."""
    generator, card = read(Path("models/ddpm") / label / "weights.safetensors", best_device())
    if sampler.steps > generator.process.steps:
        raise InputError(
            f"diffusion.sampler.steps is {sampler.steps}, but the model has {generator.process.steps} times"
        )
    print(
        f"{label}: {sampler.images} images, {sampler.name} in {sampler.steps} steps, on {generator.device}", flush=True
    )
    shape = (sampler.images, card.edge, card.edge)
    write_images(Path("data/synthetic") / f"{label}.npy", batches(generator, label, sampler, seed), shape)


def batches(generator: Generator, label: str, sampler: Sampler, seed: int) -> Iterator[np.ndarray]:
    """The images in order, `sampler.batch` at a time."""
    first = range(0, sampler.images, sampler.batch)
    for begin in progress(first, f"generate {label} (batches of {sampler.batch})"):
        numbers = range(begin, min(begin + sampler.batch, sampler.images))
        yield images(generator, [image_seed(seed, label, i) for i in numbers], sampler.name, sampler.steps)


def image_seed(seed: int, label: str, number: int) -> int:
    """The seed of image `number` of class `label`."""
    return seed_of(seed, "generate", label, number)


if __name__ == "__main__":
    run(main)
