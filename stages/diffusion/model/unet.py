"""The network: a U-Net that is told the time (Ho et al. 2020, appendix B), in the study's form or a smaller one.

A network of several classes is told the class too, by an embedding added to the time's (Dhariwal & Nichol 2021, section
3.1); one entry more stands for "not told" (Ho & Salimans 2022, section 3.2).

The study: base 64, multipliers 1 2 4 8, patch 1, linear attention on every level, self-attention in the middle.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stages.common.base.errors import InputError
from stages.common.params.diffusion import Network
from stages.diffusion.model.layers import (
    Downsample,
    LinearAttention,
    ResidualBlock,
    SelfAttention,
    TimeEmbedding,
    Upsample,
)


class Level(nn.Module):
    """Residual blocks at one edge, attention after them, and the change to the next edge."""

    def __init__(
        self, widths: list[tuple[int, int]], time_width: int, dropout: float, attention: nn.Module, change: nn.Module
    ):
        super().__init__()
        self.blocks = nn.ModuleList(ResidualBlock(a, b, time_width, dropout) for a, b in widths)
        self.attention = attention
        self.change = change


class UNet(nn.Module):
    """Noisy images (B, 1, edge, edge) and times (B,) to the process's objective, of the images' shape.

    `edge` is the images' edge in pixels. Raises InputError when the settings don't fit it. With several `classes` it
    takes labels (B,) too: the class's number, or `classes` where it isn't told. A network of one class needs none.
    While training, dropout draws from `random`, or from torch's generator.
    """

    def __init__(self, edge: int, settings: Network, classes: int = 1):
        super().__init__()
        self.classes = classes
        edges = level_edges(edge, settings)
        widths = [settings.base, *(settings.base * multiplier for multiplier in settings.multipliers)]
        time_width = 4 * settings.base
        self.patch = settings.patch
        self.time = TimeEmbedding(settings.base)
        self.label = nn.Embedding(classes + 1, time_width) if classes > 1 else None
        self.first = nn.Conv2d(settings.patch**2, settings.base, 7, padding=3)

        self.down = nn.ModuleList()
        for edge_here, width, following in zip(edges, widths, widths[1:], strict=False):
            last = edge_here == edges[-1]
            change: nn.Module = nn.Conv2d(width, following, 3, padding=1) if last else Downsample(width, following)
            blocks = [(width, width)] * settings.blocks
            attention = _attention(edge_here, width, settings)
            self.down.append(Level(blocks, time_width, settings.dropout, attention, change))

        middle = widths[-1]
        self.middle = Level([(middle, middle)] * 2, time_width, settings.dropout, SelfAttention(middle), nn.Identity())

        self.up = nn.ModuleList()
        for edge_here, skipped, width in zip(edges[::-1], widths[-2::-1], widths[:0:-1], strict=True):
            first = edge_here == edges[0]
            change = nn.Conv2d(width, skipped, 3, padding=1) if first else Upsample(width, skipped)
            blocks = [(width + skipped, width)] * settings.blocks
            attention = _attention(edge_here, width, settings)
            self.up.append(Level(blocks, time_width, settings.dropout, attention, change))

        self.last = ResidualBlock(2 * settings.base, settings.base, time_width, settings.dropout)
        self.out = nn.Conv2d(settings.base, settings.patch**2, 1)

    def forward(
        self, x: Tensor, time: Tensor, label: Tensor | None = None, random: torch.Generator | None = None
    ) -> Tensor:
        time = self.time(time)
        if self.label is not None:
            time = time + self.label(label)
        x = entry = self.first(F.pixel_unshuffle(x, self.patch))
        skips = []
        for level in self.down:
            assert isinstance(level, Level)
            for block in level.blocks[:-1]:
                x = block(x, time, random)
                skips.append(x)
            x = level.attention(level.blocks[-1](x, time, random))
            skips.append(x)
            x = level.change(x)
        before, after = self.middle.blocks
        x = after(self.middle.attention(before(x, time, random)), time, random)
        for level in self.up:
            assert isinstance(level, Level)
            for block in level.blocks:
                x = block(torch.cat([x, skips.pop()], dim=1), time, random)
            x = level.change(level.attention(x))
        x = self.last(torch.cat([x, entry], dim=1), time, random)
        return F.pixel_shuffle(self.out(x), self.patch)


def level_edges(edge: int, settings: Network) -> list[int]:
    """The edge, in pixels after the patch, of each level."""
    divisor = settings.patch * 2 ** (len(settings.multipliers) - 1)
    if edge % divisor:
        raise InputError(
            f"diffusion.network: images of {edge} px can't be halved so often: patch {settings.patch} and "
            f"{len(settings.multipliers)} levels need a multiple of {divisor}"
        )
    edges = [edge // settings.patch // 2**level for level in range(len(settings.multipliers))]
    for name in ("linear_attention", "attention"):
        for wanted in getattr(settings, name):
            if wanted not in edges:
                raise InputError(f"diffusion.network.{name}: no level has an edge of {wanted} px; there are {edges}")
    return edges


def parameter_count(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def _attention(edge: int, width: int, settings: Network) -> nn.Module:
    if edge in settings.attention:
        return SelfAttention(width)
    return LinearAttention(width) if edge in settings.linear_attention else nn.Identity()
