"""Our network in the study's setting and the study's network written down plainly: one function of the same weights."""

import torch

from benchmarks.diffusion_reference import StudyUNet
from stages.diffusion.model.folding import folded
from stages.diffusion.model.unet import UNet, parameter_count
from tests.diffusion.test_unet import STUDY


def test_the_same_weights_give_the_same_answers():
    torch.manual_seed(0)
    ours, plain = UNet(64, STUDY).eval(), StudyUNet().eval()
    assert parameter_count(ours) == parameter_count(plain)
    with torch.no_grad():  # both list their weights in the order of the layers
        for target, source in zip(ours.parameters(), plain.parameters(), strict=True):
            source.add_(0.1 * torch.randn_like(source))  # norms too
            target.copy_(source)
    x, time = torch.randn(2, 1, 64, 64), torch.tensor([20, 900])
    with torch.inference_mode():
        expected = plain(x, time)
        assert torch.allclose(ours(x, time), expected, atol=1e-4 * expected.abs().max().item())
        assert torch.allclose(folded(ours)(x, time), expected, atol=1e-4 * expected.abs().max().item())
