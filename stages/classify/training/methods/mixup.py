"""Mixup (Zhang et al. 2018, arXiv:1710.09412): weighted means of two images, with their targets mixed alike."""

import numpy as np
import torch

STRENGTH = 0.2  # alpha of the beta law that weights follow


def mixup(
    images: torch.Tensor, targets: torch.Tensor, random: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """One weight for the batch, as in the paper; partners are the batch in another order."""
    weight = float(random.beta(STRENGTH, STRENGTH))
    partner = torch.from_numpy(random.permutation(len(images))).to(images.device)
    return _mixed(images, partner, weight), _mixed(targets, partner, weight)


def _mixed(values: torch.Tensor, partner: torch.Tensor, weight: float) -> torch.Tensor:
    return weight * values + (1 - weight) * values[partner]
