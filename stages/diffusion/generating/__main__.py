"""Generate synthetic images of one class: `python -m stages.diffusion.generating <class>`.

Image i of a class depends on the seed and i alone: more images or another batch leave the first ones as they were.
Copies of training images are dropped, and images of further numbers take their place.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from stages.common.arrays import write_images
from stages.common.base.arguments import arguments
from stages.common.base.errors import InputError, run
from stages.common.base.files import write_json
from stages.common.base.parameters import Block, read_parameters
from stages.common.base.progress import progress
from stages.common.base.threads import in_order
from stages.common.device import best_device, workers
from stages.common.params.diffusion import Diffusion, Sampler
from stages.diffusion.copies.copies import MEND, are_copies, trained_on
from stages.diffusion.data.particles import particles
from stages.diffusion.model.sample import Generator, image_seed, images
from stages.diffusion.model.weights import model_folder, read

MOST_DRAWS = 3  # times as many images as are asked for, before a generator of copies is given up


class Parameters(Block):
    """What this script reads of params.yaml."""

    seed: int
    diffusion: Diffusion


def main() -> None:
    (name,) = arguments("stages.diffusion.generating", "class")
    generate(name, read_parameters(Parameters))


def generate(label: str, params: Parameters) -> None:
    """Write data/synthetic/<label>.npy, (sampler.images, edge, edge) uint8, and <label>.json: which were dropped."""
    sampler = params.diffusion.sampler
    weights = model_folder(label) / "weights.safetensors"
    generator, card = read(weights, label, sampler.guidance, best_device())
    if sampler.steps > generator.process.steps:
        raise InputError(
            f"diffusion.sampler.steps is {sampler.steps}, but the model has {generator.process.steps} times"
        )
    print(
        f"{label}: {sampler.images} images, {sampler.name} in {sampler.steps} steps, on {generator.device}", flush=True
    )
    learnt, _ = particles(label, params.diffusion.platform, "train", card.classes[label].training_images, params.seed)
    training = trained_on(learnt)
    dropped: list[int] = []
    made = 0

    def new_ones() -> Iterator[np.ndarray]:
        nonlocal made
        while (missing := sampler.images - (made - len(dropped))) > 0:
            if made >= MOST_DRAWS * sampler.images:
                raise InputError(
                    f"{label}: {len(dropped)} of {made} synthetic images are copies of training images: "
                    f"{sampler.images} others can't be had. {MEND}"
                )
            numbers = range(made, made + missing)
            for batch, drawn in batches(generator, label, sampler, params.seed, numbers):
                copied = are_copies(drawn, training, sampler.copy_gap)
                dropped.extend(number for number, copy in zip(batch, copied, strict=True) if copy)
                made += len(drawn)
                yield drawn[~copied]

    folder = Path("data/synthetic")
    write_images(folder / f"{label}.npy", new_ones(), (sampler.images, card.edge, card.edge))
    print(f"{label}: {len(dropped)} of {made} images dropped as copies of training images", flush=True)
    write_json(
        folder / f"{label}.json",
        {"class": label, "data": card.origin, "made": made, "kept": sampler.images, "dropped": len(dropped)}
        | {"dropped_numbers": dropped, "copy_gap": sampler.copy_gap, "training": len(learnt)},
    )


def batches(
    generator: Generator, label: str, sampler: Sampler, seed: int, numbers: range
) -> Iterator[tuple[range, np.ndarray]]:
    """The images of `numbers` in order, `sampler.batch` at a time, each batch with its numbers."""
    parts = [
        range(begin, min(begin + sampler.batch, numbers.stop))
        for begin in range(numbers.start, numbers.stop, sampler.batch)
    ]

    def drawn(batch: range) -> np.ndarray:
        return images(generator, [image_seed(seed, label, i) for i in batch], sampler.name, sampler.steps)

    found = zip(parts, in_order(drawn, parts, workers(generator.device)), strict=True)
    yield from progress(found, f"generate {label} (batches of {sampler.batch})", total=len(parts))


if __name__ == "__main__":
    run(main)
