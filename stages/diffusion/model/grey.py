"""Between grey levels and the numbers that the network works on."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

LEVELS = 256  # of grey


@dataclass(frozen=True)
class GreyScale:
    """x = (stretched - mean) / sd, where the stretched grey level is the grey level itself, or with a `softening` (in
    grey levels) asinh((grey - level) / softening) (Lupton et al. 1999, AJ 118, 1406).

    A few particles are thirty times as dark as the camera's noise, most are faint. The inverse hyperbolic sine keeps
    contrasts below the softening as they are and turns larger ones into their logarithm, so that faint and dark
    particles differ by noise levels that a network of few steps learns together. `low` and `high` are the darkest and
    the brightest grey level of the training images.
    """

    mean: float
    sd: float
    low: int
    high: int
    level: float = 0.0
    softening: float | None = None

    @classmethod
    def of(cls, images: np.ndarray, standardize: bool, softening: float | None = None) -> "GreyScale":
        """The scale of uint8 `images`: particles fill a small part of the grey range, so mean 0 and standard deviation
        1 over all of them; `softening` in standard deviations of their grey levels, their median the background's
        level. Without `standardize`, the grey range on [-1, 1] (the study)."""
        counts = np.bincount(images.ravel(), minlength=LEVELS)
        present = np.flatnonzero(counts)
        low, high = int(present[0]), int(present[-1])
        if not standardize:
            return cls(127.5, 127.5, low, high)
        mean, sd = mean_and_sd(np.arange(LEVELS), counts)
        sd = max(sd, 1.0)
        if softening is None:
            return cls(mean, sd, low, high)
        level, softening = float(np.median(images)), softening * sd
        mean, sd = mean_and_sd(np.arcsinh((np.arange(LEVELS) - level) / softening), counts)
        least = 1 / softening  # one grey level near the background
        return cls(mean, max(sd, least), low, high, level, softening)

    def encode(self, grey: Tensor) -> Tensor:
        """uint8 (B, H, W) to float32 (B, 1, H, W)."""
        stretched = grey.float()
        if self.softening:
            stretched = torch.asinh((stretched - self.level) / self.softening)
        return ((stretched - self.mean) / self.sd)[:, None]

    def decode(self, x: Tensor) -> np.ndarray:
        """float (B, 1, H, W) to uint8 (B, H, W), rounded, clipped to 0..255."""
        grey = x[:, 0].float() * self.sd + self.mean
        if self.softening:
            grey = self.level + self.softening * torch.sinh(grey)
        return grey.round().clamp(0, 255).to(torch.uint8).cpu().numpy()

    def clamp(self, x: Tensor) -> Tensor:
        """Hold `x` within the training images' grey levels; without it, samplers of few steps drift apart."""
        low, high = self.encode(torch.tensor([[[self.low, self.high]]], dtype=torch.uint8)).flatten().tolist()
        return x.clamp(low, high)


def encode_each(grey: Tensor, labels: Tensor, scales: Iterable[GreyScale]) -> Tensor:
    """uint8 (B, H, W) to float32 (B, 1, H, W), each image by the scale that its label (B,) numbers."""
    levels = torch.arange(LEVELS, dtype=torch.uint8, device=grey.device)[:, None, None]
    by_scale = torch.stack([scale.encode(levels).flatten() for scale in scales])
    return by_scale[labels].gather(1, grey.flatten(1).long()).view(grey.shape)[:, None]


def mean_and_sd(values: np.ndarray, counts: np.ndarray) -> tuple[float, float]:
    """Of `values`, each there as often as `counts` says; the same on every machine, since no sum is rounded but the
    last."""
    total = int(counts.sum())
    mean = math.fsum(values * counts) / total
    return mean, math.sqrt(math.fsum((values - mean) ** 2 * counts) / total)
