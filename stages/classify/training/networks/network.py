"""What every classifier is: a body that gives features, and one linear layer."""

import torch
from torch import nn


class Network(nn.Module):
    """Standardized images (N, 1, H, W) -> logits (N, classes); `features` are the last layer's input (N, width)."""

    def __init__(self, body: nn.Module, width: int, classes: int):
        super().__init__()
        self.body = body
        self.head = nn.Linear(width, classes)

    def features(self, images: torch.Tensor) -> torch.Tensor:
        return self.body(images)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.head(self.features(images))
