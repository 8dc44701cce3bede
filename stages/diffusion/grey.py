"""Between grey levels and the numbers that the network works on."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True)
class GreyScale:
    """x = (grey - mean) / sd. `low` and `high` are the darkest and the brightest grey level of the training images."""

    mean: float
    sd: float
    low: int
    high: int

    @classmethod
    def of(cls, images: np.ndarray, standardize: bool) -> "GreyScale":
        """The scale of uint8 `images`: particles fill a small part of the grey range, so mean 0 and standard deviation
        1 over all of them; without `standardize`, the grey range on [-1, 1] (the study)."""
        mean, sd = (float(images.mean()), max(float(images.std()), 1.0)) if standardize else (127.5, 127.5)
        return cls(mean, sd, int(images.min()), int(images.max()))

    def encode(self, grey: Tensor) -> Tensor:
        """uint8 (B, H, W) to float32 (B, 1, H, W)."""
        return ((grey.float() - self.mean) / self.sd)[:, None]

    def decode(self, x: Tensor) -> np.ndarray:
        """float (B, 1, H, W) to uint8 (B, H, W), rounded, clipped to 0..255."""
        return (x[:, 0].float() * self.sd + self.mean).round().clamp(0, 255).to(torch.uint8).cpu().numpy()

    def clamp(self, x: Tensor) -> Tensor:
        """Hold `x` within the training images' grey levels; without it, samplers of few steps drift apart."""
        return x.clamp((self.low - self.mean) / self.sd, (self.high - self.mean) / self.sd)


def encode_each(grey: Tensor, labels: Tensor, scales: Iterable[GreyScale]) -> Tensor:
    """uint8 (B, H, W) to float32 (B, 1, H, W), each image by the scale that its label (B,) numbers."""
    by_scale = torch.stack([scale.encode(grey) for scale in scales])
    return by_scale[labels, torch.arange(len(labels), device=labels.device)]
