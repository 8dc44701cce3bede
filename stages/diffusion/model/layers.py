"""The parts that the U-Net is built of."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

GROUPS = 8
HEADS = 4
HEAD_WIDTH = 32


class WeightStandardizedConv2d(nn.Conv2d):
    """A convolution whose weights have mean 0 and variance 1 for each output channel (Qiao et al. 2019, eq. 5-7)."""

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.standardized().to(x.dtype), self.bias, self.stride, self.padding)

    def standardized(self) -> Tensor:
        # Batch normalization over one "batch" of output channels is the same formula in a single fused kernel.
        flat = self.weight.reshape(1, self.out_channels, -1)
        return F.batch_norm(flat, None, None, training=True, eps=1e-5).view_as(self.weight)


class TimeEmbedding(nn.Module):
    """Sinusoids of the time step (Vaswani et al. 2017, section 3.5) through a small network: (B,) to (B, 4 width)."""

    def __init__(self, width: int):
        super().__init__()
        self.width = width
        self.network = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, 4 * width))

    def forward(self, time: Tensor) -> Tensor:
        half = self.width // 2
        frequencies = torch.exp(-math.log(10_000) * torch.arange(half, device=time.device) / (half - 1))
        phases = time[:, None].float() * frequencies
        return self.network(torch.cat([phases.sin(), phases.cos()], dim=1))


class Block(nn.Module):
    """Convolution, group normalization, the time's scale and shift, SiLU."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.convolution = WeightStandardizedConv2d(inputs, outputs, 3, padding=1)
        self.norm = nn.GroupNorm(GROUPS, outputs)

    def forward(self, x: Tensor, scale_shift: tuple[Tensor, Tensor] | None = None) -> Tensor:
        x = self.norm(self.convolution(x))
        if scale_shift is not None:
            scale, shift = scale_shift
            x = torch.addcmul(x + shift, x, scale)
        return F.silu(x)


class Dropout(nn.Module):
    """Of the values, sets the share `share` to 0 while training, drawn from a generator of the caller's: networks that
    are trained in several threads would else draw from one stream, in any order."""

    def __init__(self, share: float):
        super().__init__()
        self.share = share

    def forward(self, x: Tensor, random: torch.Generator | None = None) -> Tensor:
        if not self.training or self.share == 0:
            return x
        kept = torch.empty_like(x).bernoulli_(1 - self.share, generator=random)
        return x * kept / (1 - self.share)


class ResidualBlock(nn.Module):
    """Two blocks beside a shortcut; the first is told the time."""

    def __init__(self, inputs: int, outputs: int, time_width: int, dropout: float):
        super().__init__()
        self.time = nn.Sequential(nn.SiLU(), nn.Linear(time_width, 2 * outputs))
        self.first = Block(inputs, outputs)
        self.dropout = Dropout(dropout)
        self.second = Block(outputs, outputs)
        self.shortcut = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x: Tensor, time: Tensor, random: torch.Generator | None = None) -> Tensor:
        scale, shift = self.time(time)[:, :, None, None].to(x.dtype).chunk(2, dim=1)
        return self.second(self.dropout(self.first(x, (scale, shift)), random)) + self.shortcut(x)


class LinearAttention(nn.Module):
    """Attention whose cost grows with the number of pixels, not with its square (Shen et al. 2021, section 3.3)."""

    def __init__(self, width: int):
        super().__init__()
        inner = HEADS * HEAD_WIDTH
        self.norm = nn.GroupNorm(1, width)
        self.query_key_value = nn.Conv2d(width, 3 * inner, 1, bias=False)
        self.out = nn.Sequential(nn.Conv2d(inner, width, 1), nn.GroupNorm(1, width))

    def forward(self, x: Tensor) -> Tensor:
        pixels = self.norm(x).flatten(2)
        # Three products rather than one: each part comes out whole, so that no head has to be copied together.
        query, key, value = (
            torch.bmm(weight.expand(len(x), -1, -1), pixels).view(len(x), HEADS, HEAD_WIDTH, -1)
            for weight in self.query_key_value.weight.flatten(1).chunk(3)
        )
        # The scale goes onto the small matrix between the products; the softmax over pixels takes the mean already.
        context = key.softmax(dim=3) @ value.transpose(2, 3) * HEAD_WIDTH**-0.5
        attended = context.transpose(2, 3) @ query.softmax(dim=2)
        return x + self.out(attended.reshape(len(x), -1, *x.shape[2:]))


class SelfAttention(nn.Module):
    """Every pixel attends to every other (Vaswani et al. 2017, eq. 1)."""

    def __init__(self, width: int):
        super().__init__()
        inner = HEADS * HEAD_WIDTH
        self.norm = nn.GroupNorm(1, width)
        self.query_key_value = nn.Conv2d(width, 3 * inner, 1, bias=False)
        self.out = nn.Conv2d(inner, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = (part.transpose(2, 3) for part in _heads(self.query_key_value(self.norm(x))))
        attended = F.scaled_dot_product_attention(query, key, value).transpose(2, 3)
        return x + self.out(attended.reshape(len(x), -1, *x.shape[2:]))


class Downsample(nn.Sequential):
    """Half the edge: four pixels become channels, then a 1x1 convolution."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__(nn.PixelUnshuffle(2), nn.Conv2d(4 * inputs, outputs, 1))


class Upsample(nn.Sequential):
    """Twice the edge: nearest neighbour, then a 3x3 convolution."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__(nn.Upsample(scale_factor=2, mode="nearest"), nn.Conv2d(inputs, outputs, 3, padding=1))


def _heads(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(B, 3 heads width, H, W) to three of (B, heads, width, H W)."""
    query, key, value = (part.reshape(len(x), HEADS, HEAD_WIDTH, -1) for part in x.chunk(3, dim=1))
    return query, key, value
