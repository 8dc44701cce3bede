"""Heun's method along the straight path of rectified flow: second order at two network calls a step."""

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
from torch import Tensor

from stages.diffusion.model.process.paths import StraightPath


def heun(
    denoise: Callable[[Tensor, float], Tensor],
    path: StraightPath,
    noise: Tensor,
    steps: int,
    draw: Callable[[], Tensor],
) -> Iterator[Tensor]:
    """Karras et al. 2022 (arXiv 2206.00364), algorithm 1 with the flow's ODE dx/dt = (x - x_0) / t and even times.

    The last step ends on x_0 itself, in one call. It is deterministic, so `draw` is never called.
    """
    x = noise
    times = np.linspace(1.0, 0.0, steps + 1)
    for time, following in pairwise(times):
        velocity = (x - denoise(x, float(time * path.steps))) / float(time)
        if following > 0:
            ahead = x + float(following - time) * velocity
            velocity_ahead = (ahead - denoise(ahead, float(following * path.steps))) / float(following)
            velocity = (velocity + velocity_ahead) / 2
        x = x + float(following - time) * velocity
        yield x
