"""Each image turned by any angle, moved, scaled, made brighter or darker, blurred and noisy, a little; a batch at once.

Strengths are of the order of what instruments do: focus and light drift by some percent, and a particle lies in its
crop within a few pixels.
"""

import numpy as np
import torch
from torch import nn

SHIFT = 0.06  # of half an edge, at most
SCALE = 0.1  # at most, as a logarithm
BRIGHTNESS = 0.15  # standard deviations of the training images, as standard deviation
NOISE = 0.1  # the same, at most
BLUR = 0.8  # px, standard deviation, at most
REACH = 2  # px: half of the blur's kernel


def strong_augmentation(
    images: torch.Tensor, targets: torch.Tensor, random: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    changed = _blurred(_moved(images, random), random)
    brighter = _normal(random, (len(images), 1, 1, 1)) * BRIGHTNESS
    noise = _normal(random, images.shape) * _uniform(random, (len(images), 1, 1, 1)) * NOISE
    changed = changed + (brighter + noise).to(images.device)
    return changed.contiguous(memory_format=torch.channels_last), targets


def _moved(images: torch.Tensor, random: np.random.Generator) -> torch.Tensor:
    """Beyond its border an image goes on as its outermost pixels."""
    count = len(images)
    angle = 2 * np.pi * _uniform(random, (count,))
    scale = (SCALE * (2 * _uniform(random, (count,)) - 1)).exp()
    shift = SHIFT * (2 * _uniform(random, (count, 2, 1)) - 1)
    cosine, sine = scale * angle.cos(), scale * angle.sin()
    turn = torch.stack([torch.stack([cosine, -sine], 1), torch.stack([sine, cosine], 1)], 1)
    grid = nn.functional.affine_grid(
        torch.cat([turn, shift], 2).to(images.device), list(images.shape), align_corners=False
    )
    return nn.functional.grid_sample(images, grid, padding_mode="border", align_corners=False)


def _blurred(images: torch.Tensor, random: np.random.Generator) -> torch.Tensor:
    """By a Gaussian of its own for each image: one convolution with as many groups as images."""
    sd = BLUR * _uniform(random, (len(images), 1)) + 1e-3
    kernel = (-0.5 * (torch.arange(-REACH, REACH + 1) / sd) ** 2).exp()
    kernel = (kernel / kernel.sum(dim=1, keepdim=True)).to(images.device)
    together = nn.functional.pad(images.transpose(0, 1), (REACH,) * 4, mode="replicate")
    for shape in ((-1, 1, 1, 2 * REACH + 1), (-1, 1, 2 * REACH + 1, 1)):
        together = nn.functional.conv2d(together, kernel.view(shape), groups=len(images))
    return together.transpose(0, 1)


def _uniform(random: np.random.Generator, shape: tuple[int, ...]) -> torch.Tensor:
    return torch.from_numpy(random.random(shape, dtype=np.float32))


def _normal(random: np.random.Generator, shape: tuple[int, ...]) -> torch.Tensor:
    return torch.from_numpy(random.standard_normal(shape, dtype=np.float32))
