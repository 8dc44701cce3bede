"""Images between two images: generated from noises on the arc between theirs."""

import numpy as np
import torch
from torch import Tensor

from stages.diffusion.sample import Generator, Noise, reverse


def spherical(a: Tensor, b: Tensor, share: float) -> Tensor:
    """The point `share` of the way on the arc from `a` to `b` (Shoemake 1985). Its length stays that of noise, as a
    straight line's would not."""
    angle = torch.arccos((a * b).sum() / (a.norm() * b.norm()))
    return (torch.sin((1 - share) * angle) * a + torch.sin(share * angle) * b) / torch.sin(angle)


@torch.inference_mode()
def interpolation(generator: Generator, seeds: tuple[int, int], count: int, sampler: str, steps: int) -> np.ndarray:
    """`count` images (count, edge, edge) uint8 from that of the first seed to that of the second.

    The noise that a sampler adds on its way is the first seed's for all, so that the starts alone differ.
    """
    first, second = (Noise([seed], generator.edge, generator.device).draw() for seed in seeds)
    start = torch.cat([spherical(first, second, share) for share in np.linspace(0, 1, count).tolist()])
    noise = Noise([seeds[0]] * count, generator.edge, generator.device)
    noise.draw()
    for state in reverse(generator, start, noise, sampler, steps):
        last = state
    return generator.grey.decode(last)
