"""DDIM: the deterministic sampler of the same model."""

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
from torch import Tensor

from stages.diffusion.model.process.paths import DiffusionPath
from stages.diffusion.model.samplers.times import even_times


def ddim(
    denoise: Callable[[Tensor, int], Tensor],
    path: DiffusionPath,
    noise: Tensor,
    steps: int,
    draw: Callable[[], Tensor],
) -> Iterator[Tensor]:
    """Song et al. 2021 (arXiv 2010.02502), eq. 12 with sigma = 0, so `draw` is never called."""
    alpha_bar = path.alpha_bar
    x = noise
    times = even_times(len(alpha_bar) - 1, steps)
    for time, following in pairwise(times):
        here, there = alpha_bar[time], alpha_bar[following]
        x0 = denoise(x, int(time))
        epsilon = (x - float(np.sqrt(here)) * x0) / float(np.sqrt(1 - here))
        x = float(np.sqrt(there)) * x0 + float(np.sqrt(1 - there)) * epsilon
        yield x
