"""Inception features as the customary FID takes them, if their weights are on this machine."""

from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import numpy as np
import torch
from pytorch_fid import inception as pytorch_fid

NAME = "Inception of pytorch-fid"
FILE = "pt_inception-2015-12-05-6726825d.pth"
BATCH = 32


def weights_path() -> Path:
    """Where torch's hub keeps the weights that pytorch-fid uses."""
    return Path(torch.hub.get_dir()) / "checkpoints" / FILE


def inception(device: torch.device) -> Callable[[np.ndarray], np.ndarray]:
    """A function from images (N, H, W) uint8 to features (N, 2048) float64.

    Raises FileNotFoundError without weights.
    """
    state = torch.load(weights_path(), map_location="cpu", weights_only=True)
    # pytorch-fid would fetch the file and unpickle whatever it holds; it gets tensors alone.
    with patch.object(pytorch_fid, "load_state_dict_from_url", lambda url, progress: state):
        network = pytorch_fid.InceptionV3().to(device).eval()

    @torch.inference_mode()
    def features(images: np.ndarray) -> np.ndarray:
        found = []
        for begin in range(0, len(images), BATCH):
            grey = torch.from_numpy(np.array(images[begin : begin + BATCH])).to(device).float()[:, None] / 255
            found.append(network(grey.expand(-1, 3, -1, -1))[0][:, :, 0, 0].double().cpu().numpy())
        return np.concatenate(found)

    return features
