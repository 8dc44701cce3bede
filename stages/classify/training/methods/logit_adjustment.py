"""Logit-adjusted loss (Menon et al. 2021, arXiv:2007.07314, equation 10): the logits learn what the shares of the
classes don't explain, so that the largest one is the right call when all classes count the same."""

import torch
from torch import nn


def logit_adjustment(logits: torch.Tensor, targets: torch.Tensor, counts: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of logits plus log shares; tau is 1, for which the paper proves it consistent."""
    return nn.functional.cross_entropy(logits + (counts / counts.sum()).log(), targets)
