"""Focal loss (Lin et al. 2017, arXiv:1708.02002, equation 4): images that are told with confidence count less."""

import torch

FOCUS = 2.0  # gamma; the paper's choice


def focal(logits: torch.Tensor, targets: torch.Tensor, counts: torch.Tensor) -> torch.Tensor:
    log_p = logits.log_softmax(dim=1)
    return -(targets * (1 - log_p.exp()) ** FOCUS * log_p).sum(dim=1).mean()
