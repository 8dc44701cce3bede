"""The study's U-Net as its paper describes it, written down plainly: nothing fused, nothing folded.

Base 64, multipliers 1 2 4 8; weight-standardized convolutions, linear attention on every level, self-attention in the
middle, group normalization before attention. It stands in where no other implementation of the network is installed.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

BASE = 64
WIDTHS = (64, 128, 256, 512)
TIME = 4 * BASE
HEADS, HEAD_WIDTH = 4, 32


class StandardizedConvolution(nn.Conv2d):
    def forward(self, x: Tensor) -> Tensor:
        mean = self.weight.mean(dim=(1, 2, 3), keepdim=True)
        variance = self.weight.var(dim=(1, 2, 3), keepdim=True, unbiased=False)
        weight = (self.weight - mean) * (variance + 1e-5).rsqrt()
        return functional.conv2d(x, weight, self.bias, padding=self.padding)


class ResidualBlock(nn.Module):
    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.time = nn.Sequential(nn.SiLU(), nn.Linear(TIME, 2 * outputs))
        self.first = StandardizedConvolution(inputs, outputs, 3, padding=1)
        self.first_norm = nn.GroupNorm(8, outputs)
        self.second = StandardizedConvolution(outputs, outputs, 3, padding=1)
        self.second_norm = nn.GroupNorm(8, outputs)
        self.shortcut = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        scale, shift = self.time(time)[:, :, None, None].chunk(2, dim=1)
        hidden = functional.silu(self.first_norm(self.first(x)) * (scale + 1) + shift)
        return functional.silu(self.second_norm(self.second(hidden))) + self.shortcut(x)


class Attention(nn.Module):
    def __init__(self, width: int, linear: bool):
        super().__init__()
        self.linear = linear
        self.norm = nn.GroupNorm(1, width)
        self.query_key_value = nn.Conv2d(width, 3 * HEADS * HEAD_WIDTH, 1, bias=False)
        self.out = nn.Conv2d(HEADS * HEAD_WIDTH, width, 1)
        self.out_norm = nn.GroupNorm(1, width) if linear else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        images, _, height, width = x.shape
        parts = self.query_key_value(self.norm(x)).chunk(3, dim=1)
        query, key, value = (part.reshape(images, HEADS, HEAD_WIDTH, height * width) for part in parts)
        query = query.softmax(dim=2) * HEAD_WIDTH**-0.5 if self.linear else query * HEAD_WIDTH**-0.5
        if self.linear:
            context = torch.einsum("bhdn,bhen->bhde", key.softmax(dim=3), value)
            attended = torch.einsum("bhde,bhdn->bhen", context, query)
        else:
            weights = torch.einsum("bhdi,bhdj->bhij", query, key).softmax(dim=3)
            attended = torch.einsum("bhij,bhdj->bhdi", weights, value)
        return x + self.out_norm(self.out(attended.reshape(images, -1, height, width)))


class StudyUNet(nn.Module):
    """Noisy images (B, 1, 64, 64) and times (B,) to the noise in them."""

    def __init__(self):
        super().__init__()
        self.time = nn.Sequential(nn.Linear(BASE, TIME), nn.GELU(), nn.Linear(TIME, TIME))
        self.entry = nn.Conv2d(1, BASE, 7, padding=3)
        steps = list(zip((BASE, *WIDTHS), WIDTHS, strict=False))
        self.down = nn.ModuleList()
        for level, (here, following) in enumerate(steps):
            last = level == len(steps) - 1
            halve = nn.Sequential(nn.PixelUnshuffle(2), nn.Conv2d(4 * here, following, 1))
            change = nn.Conv2d(here, following, 3, padding=1) if last else halve
            blocks = [ResidualBlock(here, here), ResidualBlock(here, here)]
            self.down.append(nn.ModuleList([*blocks, Attention(here, linear=True), change]))
        middle = WIDTHS[-1]
        self.middle = nn.ModuleList(
            [ResidualBlock(middle, middle), ResidualBlock(middle, middle), Attention(middle, linear=False)]
        )
        self.up = nn.ModuleList()
        for level, (following, here) in reversed(list(enumerate(steps))):
            double = [nn.Upsample(scale_factor=2, mode="nearest")] if level else []
            change = nn.Sequential(*double, nn.Conv2d(here, following, 3, padding=1))
            blocks = [ResidualBlock(here + following, here), ResidualBlock(here + following, here)]
            self.up.append(nn.ModuleList([*blocks, Attention(here, linear=True), change]))
        self.last = ResidualBlock(2 * BASE, BASE)
        self.out = nn.Conv2d(BASE, 1, 1)

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        half = BASE // 2
        phases = time[:, None] * torch.exp(torch.arange(half, device=x.device) * -(math.log(10_000) / (half - 1)))
        time = self.time(torch.cat([phases.sin(), phases.cos()], dim=1))
        x = entry = self.entry(x)
        skips = []
        for first, second, attention, change in self.down:
            x = first(x, time)
            skips.append(x)
            x = attention(second(x, time))
            skips.append(x)
            x = change(x)
        before, after, attention = self.middle
        x = after(attention(before(x, time)), time)
        for first, second, attention, change in self.up:
            x = first(torch.cat([x, skips.pop()], dim=1), time)
            x = second(torch.cat([x, skips.pop()], dim=1), time)
            x = change(attention(x))
        return self.out(self.last(torch.cat([x, entry], dim=1), time))
