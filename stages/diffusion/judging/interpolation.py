"""Images between two images: generated from noises on the arc between theirs."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from stages.diffusion.model.sample import Generator, Noise, reverse


@dataclass(frozen=True)
class Between:
    """Noises on the arc from one image's to another's: the first and every later one that a sampler asks for."""

    first: Noise
    second: Noise
    shares: list[float]  # of the way

    def draw(self) -> Tensor:
        """(count, 1, edge, edge)."""
        a, b = self.first.draw(), self.second.draw()
        return torch.cat([spherical(a, b, share) for share in self.shares])


def spherical(a: Tensor, b: Tensor, share: float) -> Tensor:
    """The point `share` of the way on the arc from `a` to `b` (Shoemake 1985). Its length stays that of noise, as a
    straight line's would not."""
    angle = torch.arccos((a * b).sum() / (a.norm() * b.norm()))
    return (torch.sin((1 - share) * angle) * a + torch.sin(share * angle) * b) / torch.sin(angle)


@torch.inference_mode()
def interpolation(generator: Generator, seeds: tuple[int, int], count: int, sampler: str, steps: int) -> np.ndarray:
    """`count` images (count, edge, edge) uint8 from that of the first seed to that of the second."""
    first, second = (Noise([seed], generator.edge, generator.device) for seed in seeds)
    noise = Between(first, second, np.linspace(0, 1, count).tolist())
    for state in reverse(generator, noise.draw, sampler, steps):
        last = state
    return generator.grey.decode(last)
