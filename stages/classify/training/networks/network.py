"""What every classifier is: a body that gives maps, their mean, and one linear layer."""

import torch
from torch import nn


class Network(nn.Module):
    """Standardized images (N, 1, H, W) -> logits (N, classes).

    `body` gives the last map (N, width, h, w); `features` are its mean over the pixels (N, width).
    """

    def __init__(self, body: nn.Module, width: int, classes: int):
        super().__init__()
        self.body = body
        self.head = nn.Linear(width, classes)

    def last_map(self, images: torch.Tensor) -> torch.Tensor:
        return self.body(images)

    def features(self, images: torch.Tensor) -> torch.Tensor:
        return self.last_map(images).mean(dim=(2, 3))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.head(self.features(images))
