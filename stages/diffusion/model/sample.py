"""Images from a generator: the same image for the same seed, whatever the batch or the order."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from stages.common.base.seeds import seed_of
from stages.common.device import autocast
from stages.diffusion.model.grey import GreyScale
from stages.diffusion.model.process import Process
from stages.diffusion.model.samplers import SAMPLERS
from stages.diffusion.model.unet import UNet


@dataclass(frozen=True)
class Generator:
    """A network and what it takes to make images of `edge` x `edge` px of one class with it."""

    network: UNet
    process: Process
    grey: GreyScale
    edge: int
    precision: str
    label: int = 0  # the number of the class
    guidance: float = 1.0

    @property
    def device(self) -> torch.device:
        return next(self.network.parameters()).device

    def denoise(self, x: Tensor, time: float) -> Tensor:
        """The image that the network sees in x (B, 1, edge, edge), held within the training images' grey levels."""
        times = torch.full((len(x),), time, device=x.device)
        return self.grey.clamp(self.process.x0_of(self.answer(x, times), x, times))

    def answer(self, x: Tensor, times: Tensor) -> Tensor:
        """The network's to x (B, 1, edge, edge) at times (B,), float32; in a network of several classes led from the
        classless answer past the class's (Ho & Salimans 2022, arXiv 2207.12598, eq. 6 with guidance = 1 + w)."""
        label = torch.full((len(x),), self.label, device=x.device)
        with autocast(x.device, self.precision):
            if self.network.classes == 1 or self.guidance == 1:
                return self.network(x, times, label).float()
            not_told = torch.full_like(label, self.network.classes)
            both = self.network(x.repeat(2, 1, 1, 1), times.repeat(2), torch.cat([label, not_told]))
        of_class, classless = both.float().chunk(2)
        return torch.lerp(classless, of_class, self.guidance)


def image_seed(seed: int, label: str, number: int) -> int:
    """The seed of generated image `number` of class `label`."""
    return seed_of(seed, "generate", label, number)


class Noise:
    """Standard normal noise (B, 1, edge, edge), each image's from a generator of its own."""

    def __init__(self, seeds: list[int], edge: int, device: torch.device):
        self.generators = [np.random.default_rng(seed) for seed in seeds]
        self.edge = edge
        self.device = device

    def draw(self) -> Tensor:
        shape = (1, self.edge, self.edge)
        drawn = np.stack([generator.standard_normal(shape, dtype=np.float32) for generator in self.generators])
        return torch.from_numpy(drawn).to(self.device)


@torch.inference_mode()
def trajectory(generator: Generator, seeds: list[int], sampler: str, steps: int) -> Iterator[Tensor]:
    """The states (B, 1, edge, edge) on the way to the images of `seeds`, one seed an image; the first is pure noise."""
    yield from reverse(generator, Noise(seeds, generator.edge, generator.device).draw, sampler, steps)


def reverse(generator: Generator, draw: Callable[[], Tensor], sampler: str, steps: int) -> Iterator[Tensor]:
    """The states on the way from noise to images; `draw` gives the noise at the start, and what a sampler adds."""
    start = draw()
    yield start
    yield from SAMPLERS[sampler](generator.denoise, generator.process.path, start, steps, draw)


def images(generator: Generator, seeds: list[int], sampler: str, steps: int) -> np.ndarray:
    """The images of `seeds` in grey levels: (B, edge, edge) uint8."""
    for state in trajectory(generator, seeds, sampler, steps):
        last = state
    return generator.grey.decode(last)
