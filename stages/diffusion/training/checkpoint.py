"""The state of an unfinished training in one file."""

from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from stages.common.base.files import replacing
from stages.diffusion.training.step import Run


def save_checkpoint(path: Path, run: Run) -> None:
    """Weights, average, Adam's moments, losses and samples so far, whole or not at all."""
    tensors = {f"network.{name}": tensor for name, tensor in run.network.state_dict().items()}
    tensors |= {f"average.{name}": tensor for name, tensor in run.average.state_dict().items()}
    tensors |= {f"best.{name}": tensor for name, tensor in run.best.items()}
    for index, state in run.optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{name}": tensor for name, tensor in state.items()}
    tensors["losses"] = torch.stack(run.losses)
    tensors["held_out_losses"] = torch.tensor(run.held_out_losses, dtype=torch.float64)
    tensors |= {f"samples.{epoch}": torch.from_numpy(images) for epoch, images in run.samples.items()}
    with replacing(path) as temporary:
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, temporary, {"step": str(run.step)})


def load_checkpoint(path: Path, run: Run) -> None:
    """Put the state of `path` into `run`."""
    tensors = load_file(path, device=str(run.images.device))
    with safe_open(path, framework="pt") as file:
        run.step = int(file.metadata()["step"])
    run.network.load_state_dict(_part(tensors, "network."))
    run.average.load_state_dict(_part(tensors, "average."))
    run.best = _part(tensors, "best.")
    moments: dict[int, dict[str, Tensor]] = {}
    for name, tensor in _part(tensors, "optimizer.").items():
        index, key = name.split(".")
        moments.setdefault(int(index), {})[key] = tensor
    run.optimizer.load_state_dict(run.optimizer.state_dict() | {"state": moments})
    run.losses = list(tensors["losses"])
    run.held_out_losses = tensors["held_out_losses"].tolist()
    samples = {int(epoch): images.cpu().numpy() for epoch, images in _part(tensors, "samples.").items()}
    run.samples = dict(sorted(samples.items()))


def _part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
