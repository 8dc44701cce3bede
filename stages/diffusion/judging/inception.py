"""Inception features as the customary FID takes them, if their weights are on this machine."""

from pathlib import Path
from unittest.mock import patch

import torch
from pytorch_fid import inception as pytorch_fid

from stages.diffusion.judging.batches import Features, in_batches

NAME = "Inception of pytorch-fid"
FILE = "pt_inception-2015-12-05-6726825d.pth"
BATCH = 32


def weights_path() -> Path:
    """Where torch's hub keeps the weights that pytorch-fid uses."""
    return Path(torch.hub.get_dir()) / "checkpoints" / FILE


def inception(device: torch.device) -> Features:
    """A function from images (N, H, W) uint8 to features (N, 2048) float64.

    Raises FileNotFoundError without weights.
    """
    state = torch.load(weights_path(), map_location="cpu", weights_only=True)
    # pytorch-fid would fetch the file and unpickle whatever it holds; it gets tensors alone.
    with patch.object(pytorch_fid, "load_state_dict_from_url", lambda url, progress: state):
        network = pytorch_fid.InceptionV3().to(device).eval()

    return in_batches(lambda grey: network(grey.expand(-1, 3, -1, -1))[0][:, :, 0, 0], BATCH, device)
