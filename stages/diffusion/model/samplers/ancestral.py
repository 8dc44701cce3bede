"""Ancestral sampling, the study's: each step draws from the posterior of the step before."""

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
from torch import Tensor

from stages.diffusion.model.process.paths import DiffusionPath
from stages.diffusion.model.samplers.times import even_times


def ancestral(
    denoise: Callable[[Tensor, int], Tensor],
    path: DiffusionPath,
    noise: Tensor,
    steps: int,
    draw: Callable[[], Tensor],
) -> Iterator[Tensor]:
    """Ho et al. 2020, eq. 6 and 7 with the posterior's variance; with fewer steps than T, the schedule is respaced
    (Nichol & Dhariwal 2021, section 4)."""
    alpha_bar = path.alpha_bar
    x = noise
    times = even_times(len(alpha_bar) - 1, steps)
    for time, following in pairwise(times):
        here, there = alpha_bar[time], alpha_bar[following]
        beta = 1 - here / there
        of_image = np.sqrt(there) * beta / (1 - here)
        of_state = np.sqrt(here / there) * (1 - there) / (1 - here)
        spread = np.sqrt((1 - there) / (1 - here) * beta)
        x = float(of_image) * denoise(x, int(time)) + float(of_state) * x
        if following > 0:
            x = x + float(spread) * draw()
        yield x
