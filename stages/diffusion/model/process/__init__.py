"""The diffusion process: how noise is mixed in, what the network is asked to tell and when, how its error counts."""

from dataclasses import dataclass

import torch
from torch import Tensor

from stages.common.params import diffusion as params
from stages.diffusion.model.process.objectives import OBJECTIVES
from stages.diffusion.model.process.paths import DiffusionPath, StraightPath
from stages.diffusion.model.process.schedules import SCHEDULES, with_zero_terminal_snr
from stages.diffusion.model.process.times import TIMES, LogNoise


@dataclass(frozen=True)
class Process:
    """A path from image to noise, an objective, and the times to train at. Images are (B, 1, H, W), times (B,) from
    0 to T."""

    path: DiffusionPath | StraightPath
    objective: str
    times: str = "uniform"
    log_noise: LogNoise = (0.0, 1.0)  # mean and standard deviation of log(noise / signal) for `logit_normal`

    @property
    def steps(self) -> int:
        """T."""
        return self.path.steps

    def draw_times(self, count: int) -> Tensor:
        """`count` times to train at."""
        return self._times(torch.rand(count, dtype=torch.float64))

    def spread_times(self, count: int) -> Tensor:
        """`count` evenly spread quantiles of what `draw_times` draws."""
        middles = (torch.arange(count, dtype=torch.float64) + 0.5) / count
        return self._times(middles)

    def q_sample(self, x0: Tensor, time: Tensor, epsilon: Tensor) -> Tensor:
        """x_t from x_0 in one step (Ho et al. 2020, eq. 4)."""
        return self.path.signal(time).float() * x0 + self.path.noise(time).float() * epsilon

    def target(self, x0: Tensor, time: Tensor, epsilon: Tensor) -> Tensor:
        """What the network shall answer."""
        of_image, of_noise = self._asked(time)
        return _float(of_image) * x0 + _float(of_noise) * epsilon

    def x0_of(self, answer: Tensor, x: Tensor, time: Tensor) -> Tensor:
        """The image that `answer` to x_t stands for: the two mixtures x_t and `answer`, solved for x_0."""
        signal, noise = self.path.signal(time), self.path.noise(time)
        of_image, of_noise = self._asked(time)
        determinant = of_noise * signal - of_image * noise
        return (_float(of_noise) * x - noise.float() * answer) / determinant.float()

    def loss_weight(self, time: Tensor, min_snr: float | None) -> Tensor:
        """Weight of each image's squared error, (B, 1, 1, 1): 1, or what makes it min(SNR, min_snr) times that of x_0.

        Hang et al. 2023, section 3.4: min(SNR, min_snr) / SNR for epsilon, / (SNR + 1) for v; for the flow, whose
        error of x_0 is noise times its own, min(signal^2, min_snr noise^2).
        """
        signal, noise = self.path.signal(time), self.path.noise(time)
        if min_snr is None:
            return torch.ones_like(signal).float()
        of_image, of_noise = self._asked(time)
        x0_error = noise / (of_noise * signal - of_image * noise)
        return ((signal / noise).square().clamp(max=min_snr) * x0_error.square()).float()

    def _times(self, quantiles: Tensor) -> Tensor:
        return TIMES[self.times](self.path, quantiles, self.log_noise)

    def _asked(self, time: Tensor) -> tuple[Tensor | float, Tensor | float]:
        return OBJECTIVES[self.objective](self.path.signal(time), self.path.noise(time))


def build(settings: params.Process) -> Process:
    log_noise = (settings.log_noise_mean, settings.log_noise_sd)
    if settings.schedule is None:  # a flow, whose path is its own
        return Process(StraightPath(settings.steps), settings.objective, settings.times, log_noise)
    alpha_bar = SCHEDULES[settings.schedule](settings.steps)
    if settings.zero_terminal_snr:
        alpha_bar = with_zero_terminal_snr(alpha_bar)
    return Process(DiffusionPath(alpha_bar), settings.objective, settings.times, log_noise)


def loss(answer: Tensor, target: Tensor, weight: Tensor, kind: str) -> Tensor:
    """Weighted mean over all pixels of |error| (`l1`, the study) or error squared (`mse`, Ho et al. 2020, eq. 14). A
    sum, as the study's text has it, could not level off near 0.2."""
    error = answer.float() - target
    return (weight * (error.abs() if kind == "l1" else error.square())).mean()


def _float(share: Tensor | float) -> Tensor | float:
    return share.float() if isinstance(share, Tensor) else share
