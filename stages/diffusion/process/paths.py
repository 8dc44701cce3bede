"""Ways from image to noise: x_t = signal(t) x_0 + noise(t) epsilon for times from 0 (the image) to T (the noise).

Shares are float64 and shaped to multiply images, (B, 1, 1, 1); times are (B,).
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True)
class DiffusionPath:
    """signal^2 + noise^2 = 1 (Ho et al. 2020, eq. 4). Times are whole; `alpha_bar` has one value for each of 0 to T."""

    alpha_bar: np.ndarray

    @property
    def steps(self) -> int:
        """T."""
        return len(self.alpha_bar) - 1

    def signal(self, time: Tensor) -> Tensor:
        return _at(np.sqrt(self.alpha_bar), time)

    def noise(self, time: Tensor) -> Tensor:
        return _at(np.sqrt(1 - self.alpha_bar), time)

    def draw(self, count: int) -> Tensor:
        """Times to train at: each of 1 to T equally often."""
        return torch.randint(1, self.steps + 1, (count,))

    def spread(self, count: int) -> Tensor:
        """`count` quantiles of what `draw` draws."""
        return (_middles(count) * self.steps).ceil().long()


@dataclass(frozen=True)
class StraightPath:
    """signal + noise = 1: rectified flow (Liu et al. 2023, arXiv 2209.03003, eq. 1). Times are any number in (0, T]."""

    steps: int  # T

    def signal(self, time: Tensor) -> Tensor:
        return 1 - self.noise(time)

    def noise(self, time: Tensor) -> Tensor:
        return (time.double() / self.steps)[:, None, None, None]

    def draw(self, count: int) -> Tensor:
        """Times to train at: logit-normal, so that the middle of the path, where image and noise are hardest to tell
        apart, comes most often (Esser et al. 2024, arXiv 2403.03206, section 3.1)."""
        return self.steps * torch.sigmoid(torch.randn(count))

    def spread(self, count: int) -> Tensor:
        """`count` quantiles of what `draw` draws."""
        return (self.steps * torch.sigmoid(torch.special.ndtri(_middles(count)))).float()


def _at(values: np.ndarray, time: Tensor) -> Tensor:
    return torch.from_numpy(values).to(time.device)[time][:, None, None, None]


def _middles(count: int) -> Tensor:
    """The middles of `count` equal parts of (0, 1)."""
    return (torch.arange(count, dtype=torch.float64) + 0.5) / count
