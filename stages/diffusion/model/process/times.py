"""Which times a network is trained at. One more is a function and a line in TIMES.

Each turns quantiles in (0, 1), float64 of any shape, into times of a path. `log_noise` is the mean and the standard
deviation of log(noise / signal) for those that draw it from a normal distribution.
"""

import torch
from torch import Tensor

from stages.diffusion.model.process.paths import DiffusionPath, StraightPath

Path = DiffusionPath | StraightPath
LogNoise = tuple[float, float]


def uniform(path: Path, quantiles: Tensor, _: LogNoise) -> Tensor:
    """Every time equally often (Ho et al. 2020, algorithm 1; the study)."""
    return path.at_share(quantiles)


def logit_normal(path: Path, quantiles: Tensor, log_noise: LogNoise) -> Tensor:
    """log(noise / signal) is normal: most often the middle, where image and noise are hardest to tell apart (Esser et
    al. 2024, arXiv 2403.03206, section 3.1, there for the straight path; Karras et al. 2022, table 1)."""
    mean, sd = log_noise
    return path.at_noise(mean + sd * torch.special.ndtri(quantiles))


TIMES = {"uniform": uniform, "logit_normal": logit_normal}
