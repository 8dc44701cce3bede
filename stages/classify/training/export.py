"""Write a trained network as safetensors, and as ONNX with all that a user of the file needs inside it."""

import warnings
from pathlib import Path

import onnx
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from stages.classify.training.fit import Scale
from stages.classify.training.networks import NETWORKS, Network

EXAMPLE = 2  # images that the export is traced with
OUTPUTS = ["logits", "features", "map"]


class Deployed(nn.Module):
    """From uint8 images (N, H, W) to logits (N, classes), features (N, width) and class activation maps
    (N, classes, h, w).

    A map is the head's weights times the last map (Zhou et al. 2016, arXiv:1512.04150, section 2): where in the image
    a class is seen. Its mean over the pixels is the logit without the bias. For a head of mean and one linear layer
    Grad-CAM (Selvaraju et al. 2017, arXiv:1610.02391) is the same but for a factor.
    """

    def __init__(self, network: Network, scale: Scale):
        super().__init__()
        self.network, self.scale = network, scale

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        standardized = (images.float() - self.scale.mean) / self.scale.sd
        last = self.network.last_map(standardized.unsqueeze(1))
        features = last.mean(dim=(2, 3))
        weights = self.network.head.weight[:, :, None, None]
        return self.network.head(features), features, nn.functional.conv2d(last, weights)


def write_weights(network: Network, path: Path) -> None:
    """Weights in float32, in PyTorch's usual memory order."""
    save_file({name: value.cpu().contiguous() for name, value in network.state_dict().items()}, path)


def read_weights(path: Path, architecture: str, classes: int) -> Network:
    """The network that `write_weights` wrote, in evaluation mode on the CPU."""
    network = NETWORKS[architecture](classes)
    network.load_state_dict(load_file(path))
    return network.eval()


def write_onnx(weights: Path, path: Path, edge: int, scale: Scale, metadata: dict[str, str]) -> None:
    """The network of `weights` as ONNX: input `images`, the OUTPUTS of `Deployed`, any batch size."""
    classes = len(metadata["classes"].split(","))
    network = read_weights(weights, metadata["architecture"], classes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the exporter by tracing: faster, and byte-stable
        torch.onnx.export(
            Deployed(network, scale).eval(),
            (torch.zeros(EXAMPLE, edge, edge, dtype=torch.uint8),),
            str(path),
            input_names=["images"],
            output_names=OUTPUTS,
            dynamic_axes={name: {0: "n"} for name in ["images", *OUTPUTS]},
            opset_version=17,
            dynamo=False,
        )
    model = onnx.load(path)
    onnx.helper.set_model_props(model, metadata)
    onnx.save(model, path)
