"""DPM-Solver++(2M): second order in the steps at one network call each, with and without fresh noise on the way."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise

import numpy as np
from torch import Tensor

from stages.diffusion.model.process.paths import DiffusionPath
from stages.diffusion.model.samplers.times import noise_level_times


def multistep(
    denoise: Callable[[Tensor, int], Tensor],
    path: DiffusionPath,
    noise: Tensor,
    steps: int,
    draw: Callable[[], Tensor],
    stochastic: bool,
) -> Iterator[Tensor]:
    """Lu et al. 2022 (arXiv 2211.01095), algorithm 2; the first and the last step are of first order. `draw` is called
    only when `stochastic`: then each step follows the reverse SDE (their SDE-DPM-Solver++(2M)), and the noise that it
    adds washes out what the network got wrong in the steps before."""
    alpha_bar = path.alpha_bar
    x = noise
    times = noise_level_times(alpha_bar, steps)
    alpha, sigma = np.sqrt(alpha_bar), np.sqrt(1 - alpha_bar)
    before: tuple[Tensor, float] | None = None  # image and h of the step before
    for time, following in pairwise(times):
        x0 = denoise(x, int(time))
        shrink = sigma[following] * alpha[time] / (alpha[following] * sigma[time])  # exp(-h)
        h = -np.log(shrink) if shrink > 0 else np.inf
        direction = x0
        if before is not None and following > 0:
            x0_before, h_before = before
            half = float(h / h_before / 2)  # 1 / (2 r)
            direction = (1 + half) * x0 - half * x0_before
        damping = shrink if stochastic else 1.0
        x = (
            float(sigma[following] / sigma[time] * damping) * x
            + float(alpha[following] * (1 - shrink * damping)) * direction
        )
        if stochastic and following > 0:
            x = x + float(sigma[following] * np.sqrt(1 - shrink**2)) * draw()
        before = x0, h
        yield x


dpm_solver = partial(multistep, stochastic=False)
dpm_solver_sde = partial(multistep, stochastic=True)
