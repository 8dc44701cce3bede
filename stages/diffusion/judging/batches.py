"""Features of images, a batch at a time."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from stages.common.base.threads import in_order
from stages.common.device import workers

Features = Callable[[np.ndarray], np.ndarray]


def in_batches(network: Callable[[Tensor], Tensor], batch: int, device: torch.device) -> Features:
    """A function from images (N, H, W) uint8 to features (N, D) float64: the answer of `network`, (B, D), to grey
    levels (B, 1, H, W) between 0 and 1."""

    @torch.inference_mode()
    def answer(images: np.ndarray) -> np.ndarray:
        grey = torch.from_numpy(np.array(images)).to(device).float()[:, None] / 255
        return network(grey).double().cpu().numpy()

    def features(images: np.ndarray) -> np.ndarray:
        parts = (images[begin : begin + batch] for begin in range(0, len(images), batch))
        return np.concatenate(list(in_order(answer, parts, workers(device))))

    return features
