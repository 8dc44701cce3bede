"""The network that samples answers as the trained one does."""

import pytest
import torch

from stages.common.params.diffusion import Network, Process
from stages.diffusion.model import weights
from stages.diffusion.model.folding import folded
from stages.diffusion.model.grey import GreyScale
from stages.diffusion.model.layers import WeightStandardizedConv2d
from stages.diffusion.model.unet import UNet
from tests.diffusion.test_unet import SMALL, STUDY


def has_standardized_weights(network):
    return any(isinstance(part, WeightStandardizedConv2d) for part in network.modules())


@pytest.mark.parametrize(("settings", "edge"), [(SMALL, 32), (STUDY, 64)], ids=["small", "study"])
def test_a_folded_network_gives_the_same_answers(settings, edge):
    torch.manual_seed(0)
    network = UNet(edge, settings).eval()
    x, time = torch.randn(2, 1, edge, edge), torch.tensor([3, 900])
    with torch.inference_mode():
        expected = network(x, time)
        found = folded(network)(x, time)
    assert torch.allclose(found, expected, atol=1e-5)
    assert has_standardized_weights(network)
    assert not has_standardized_weights(folded(network))


def test_sampling_uses_the_folded_network(tmp_path):
    settings = Network.model_validate(SMALL.model_dump())
    process = Process(
        objective="v", schedule="cosine", zero_terminal_snr=False, times="uniform", steps=50, standardize=True
    )
    classes = {"oil": weights.ClassCard(2, GreyScale(0.1, 1.2, 90, 230, 175.0, 8.0))}
    card = weights.Card("droplets", classes, "simulated", [1], 32, "float32", settings, process)
    network = UNet(32, settings).eval()
    weights.save(tmp_path / "weights.safetensors", network.state_dict(), card)
    generator, _ = weights.read(tmp_path / "weights.safetensors", "oil", 1.0, torch.device("cpu"))
    assert not has_standardized_weights(generator.network)
    assert generator.grey == classes["oil"].grey
    x, time = torch.randn(1, 1, 32, 32), torch.tensor([7])
    with torch.inference_mode():
        assert torch.allclose(generator.network(x, time), network(x, time), atol=1e-5)
