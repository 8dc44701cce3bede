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

    def at_share(self, share: Tensor) -> Tensor:
        """The time at `share`, in (0, 1), of the way from 0 to T."""
        return (share * self.steps).ceil().long()

    def at_noise(self, log_noise: Tensor) -> Tensor:
        """The first time at which log(noise / signal) reaches `log_noise`; T where none does."""
        alpha_bar = self.alpha_bar[1:]
        with np.errstate(divide="ignore"):  # at T nothing of the image may be left
            levels = torch.from_numpy(np.log((1 - alpha_bar) / alpha_bar) / 2)
        return 1 + torch.searchsorted(levels, log_noise).clamp(max=self.steps - 1)


@dataclass(frozen=True)
class StraightPath:
    """signal + noise = 1: rectified flow (Liu et al. 2023, arXiv 2209.03003, eq. 1). Times are any number in (0, T]."""

    steps: int  # T

    def signal(self, time: Tensor) -> Tensor:
        return 1 - self.noise(time)

    def noise(self, time: Tensor) -> Tensor:
        return (time.double() / self.steps)[:, None, None, None]

    def at_share(self, share: Tensor) -> Tensor:
        """The time at `share`, in (0, 1), of the way from 0 to T."""
        return (share * self.steps).float()

    def at_noise(self, log_noise: Tensor) -> Tensor:
        """The time at which log(noise / signal) is `log_noise`."""
        return (self.steps * torch.sigmoid(log_noise)).float()


def _at(values: np.ndarray, time: Tensor) -> Tensor:
    return torch.from_numpy(values).to(time.device)[time][:, None, None, None]
