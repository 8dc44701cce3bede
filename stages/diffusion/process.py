"""The diffusion process: how noise is mixed in, and what the network is asked to tell.

Equations are numbered as in Ho et al. 2020 (DDPM, arXiv 2006.11239) unless another source is named. Time runs from
1 to T; time 0 is the image itself, so alpha_bar[0] = 1.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from stages.common.params import diffusion as params


def linear_alpha_bar(steps: int) -> np.ndarray:
    """alpha_bar of times 0 to T in float64, beta linear from 1e-4 to 0.02 (section 4)."""
    beta = np.linspace(1e-4, 0.02, steps)
    return np.concatenate([[1.0], np.cumprod(1 - beta)])


def cosine_alpha_bar(steps: int) -> np.ndarray:
    """alpha_bar of times 0 to T in float64, a squared cosine, beta at most 0.999 (Nichol & Dhariwal 2021, eq. 17)."""
    offset = 0.008
    ideal = np.cos((np.arange(steps + 1) / steps + offset) / (1 + offset) * np.pi / 2) ** 2
    beta = np.minimum(1 - ideal[1:] / ideal[:-1], 0.999)
    return np.concatenate([[1.0], np.cumprod(1 - beta)])


def shifted_cosine_alpha_bar(steps: int) -> np.ndarray:
    """The cosine schedule at a quarter of its signal-to-noise ratio (Hoogeboom et al. 2023, eq. 4, for twice the edge).

    An outline that runs over the whole image shows through more noise than fine texture does, so more of the times
    have to be noisier for the network to learn where outlines close.
    """
    cosine = cosine_alpha_bar(steps)[1:]
    snr = cosine / (1 - cosine) / 4
    return np.concatenate([[1.0], snr / (1 + snr)])


SCHEDULES = {"linear": linear_alpha_bar, "cosine": cosine_alpha_bar, "shifted_cosine": shifted_cosine_alpha_bar}


@dataclass(frozen=True)
class Process:
    """A schedule and an objective. Images are (B, 1, H, W), times (B,) whole numbers from 1 to T."""

    alpha_bar: np.ndarray
    objective: str

    @property
    def steps(self) -> int:
        """T."""
        return len(self.alpha_bar) - 1

    def signal(self, time: Tensor) -> Tensor:
        """sqrt(alpha_bar): the share of the image in x_t, shaped to multiply images."""
        return self._at(np.sqrt(self.alpha_bar), time)

    def noise(self, time: Tensor) -> Tensor:
        """sqrt(1 - alpha_bar): the share of the noise in x_t."""
        return self._at(np.sqrt(1 - self.alpha_bar), time)

    def q_sample(self, x0: Tensor, time: Tensor, epsilon: Tensor) -> Tensor:
        """x_t from x_0 in one step (eq. 4)."""
        return self.signal(time) * x0 + self.noise(time) * epsilon

    def target(self, x0: Tensor, time: Tensor, epsilon: Tensor) -> Tensor:
        """What the network shall answer: the noise (eq. 14), or v (Salimans & Ho 2022, appendix D)."""
        if self.objective == "epsilon":
            return epsilon
        return self.signal(time) * epsilon - self.noise(time) * x0

    def x0_of(self, answer: Tensor, x: Tensor, time: Tensor) -> Tensor:
        """The image that the network's `answer` to x_t stands for: eq. 4 or v's definition, solved for x_0."""
        if self.objective == "epsilon":
            return (x - self.noise(time) * answer) / self.signal(time)
        return self.signal(time) * x - self.noise(time) * answer

    def epsilon_of(self, x0: Tensor, x: Tensor, time: Tensor) -> Tensor:
        """The noise that is in x_t if the image in it is `x0` (eq. 4, solved for epsilon)."""
        return (x - self.signal(time) * x0) / self.noise(time)

    def loss_weight(self, time: Tensor, min_snr: float | None) -> Tensor:
        """Weight of each image's loss, (B, 1, 1, 1): 1, or for v min(SNR, min_snr) / (SNR + 1) (Hang et al. 2023,
        section 3.4)."""
        if min_snr is None:
            return torch.ones_like(self.signal(time))
        snr = self.alpha_bar / np.maximum(1 - self.alpha_bar, 1e-20)
        return self._at(np.minimum(snr, min_snr) / (snr + 1), time)

    def _at(self, values: np.ndarray, time: Tensor) -> Tensor:
        return torch.from_numpy(values).to(time.device)[time].float()[:, None, None, None]


def build(settings: params.Process) -> Process:
    return Process(SCHEDULES[settings.schedule](settings.steps), settings.objective)


def loss(answer: Tensor, target: Tensor, weight: Tensor, kind: str) -> Tensor:
    """Weighted mean over all pixels of |error| (`l1`, the study) or error squared (`mse`, eq. 14). A sum, as
    the study's text has it, could not level off near 0.2."""
    error = answer.float() - target
    return (weight * (error.abs() if kind == "l1" else error.square())).mean()
