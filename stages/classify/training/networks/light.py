"""A plain network of 84,000 parameters, made for 64 x 64 grey images: twenty times faster than ResNet-18."""

from collections.abc import Iterator
from itertools import pairwise

from torch import nn

from stages.classify.training.networks.network import Network

STEM = 16  # channels of the first convolution, 8 x 8 in steps of 4
WIDTHS = (16, 16, 32, 32, 32, 64, 64)  # channels of each 3 x 3 convolution; where they grow the map is halved


def light(classes: int) -> Network:
    """A 64 x 64 image's last map is 4 x 4."""
    layers = [*_convolution(nn.Conv2d(1, STEM, kernel_size=8, stride=4, padding=2, bias=False)), *_blocks()]
    return Network(nn.Sequential(*layers), WIDTHS[-1], classes)


def _blocks() -> Iterator[nn.Module]:
    for inputs, outputs in pairwise((STEM, *WIDTHS)):
        stride = 1 if inputs == outputs else 2
        yield from _convolution(nn.Conv2d(inputs, outputs, kernel_size=3, stride=stride, padding=1, bias=False))


def _convolution(layer: nn.Conv2d) -> list[nn.Module]:
    """With normalization, which the export folds into the convolution, and ReLU."""
    return [layer, nn.BatchNorm2d(layer.out_channels), nn.ReLU(inplace=True)]
