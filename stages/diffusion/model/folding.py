"""Weights that don't change any more needn't be standardized again at every call."""

import copy

import torch
from torch import nn

from stages.diffusion.model.layers import WeightStandardizedConv2d
from stages.diffusion.model.unet import UNet


@torch.no_grad()
def folded(network: UNet) -> UNet:
    """A copy for sampling that gives the same answers: its standardized weights stand in plain convolutions."""
    network = copy.deepcopy(network).eval().requires_grad_(False)
    for module in list(network.modules()):
        for name, child in module.named_children():
            if isinstance(child, WeightStandardizedConv2d):
                setattr(module, name, _plain(child))
    return network


def _plain(convolution: WeightStandardizedConv2d) -> nn.Conv2d:
    assert isinstance(convolution.padding, tuple)
    height, width = convolution.kernel_size
    above, beside = convolution.padding
    plain = nn.Conv2d(
        convolution.in_channels,
        convolution.out_channels,
        (height, width),
        padding=(above, beside),
        bias=convolution.bias is not None,
        device=convolution.weight.device,
    )
    plain.load_state_dict(convolution.state_dict() | {"weight": convolution.standardized()})
    return plain.eval().requires_grad_(False)
