"""Training as a function of the step: its draws depend on the seed, the class and the step, and on nothing else.

So a run that was cut off goes on from its checkpoint as if it had never stopped.
"""

import copy
import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from stages.common.device import autocast
from stages.common.files import replacing
from stages.common.params import diffusion as params
from stages.common.seeds import generator, seed_of
from stages.diffusion.grey import GreyScale
from stages.diffusion.process import Process, loss
from stages.diffusion.unet import UNet

WARM_UP_STEPS = 50


@dataclass(frozen=True)
class Plan:
    """All that stays the same while training."""

    label: str
    images: np.ndarray  # (N, edge, edge) uint8
    grey: GreyScale
    process: Process
    settings: params.Training
    epochs: int
    sample_epochs: list[int]
    seed: int

    @property
    def edge(self) -> int:
        return self.images.shape[1]

    @property
    def steps_an_epoch(self) -> int:
        """The last batch of an epoch may be smaller."""
        return -(-len(self.images) // self.settings.batch)

    @property
    def steps(self) -> int:
        return self.epochs * self.steps_an_epoch


@dataclass
class Run:
    """All that changes while training."""

    network: UNet
    average: UNet  # exponential moving average of the weights (Ho et al. 2020, appendix B)
    optimizer: torch.optim.Optimizer
    step: int = 0
    losses: list[float] = field(default_factory=list)  # one a step
    samples: list[np.ndarray] = field(default_factory=list)  # one (n, edge, edge) a sample epoch


def start(plan: Plan, network: params.Network, device: torch.device) -> Run:
    """A new run."""
    torch.manual_seed(seed_of(plan.seed, "ddpm", plan.label, "weights"))
    trained = UNet(plan.edge, network).to(device)
    average = copy.deepcopy(trained).eval().requires_grad_(False)
    optimizer = torch.optim.AdamW(trained.parameters(), lr=plan.settings.lr, weight_decay=0.0, fused=True)
    return Run(trained, average, optimizer)


def train_step(run: Run, plan: Plan) -> None:
    """One optimizer step."""
    device = next(run.network.parameters()).device
    images = torch.from_numpy(plan.images[batch_of(run.step, plan)])
    # All draws of this step, dropout's too.
    torch.manual_seed(seed_of(plan.seed, "ddpm", plan.label, "step", run.step))
    if plan.settings.augment:
        images = turned(images, torch.randint(8, (len(images),)).tolist())
    x0 = plan.grey.encode(images.to(device))
    time = plan.process.path.draw(len(images)).to(device)
    epsilon = torch.randn(x0.shape).to(device)

    with autocast(device, plan.settings.precision):
        answer = run.network(plan.process.q_sample(x0, time, epsilon), time)
    weight = plan.process.loss_weight(time, plan.settings.min_snr)
    value = loss(answer, plan.process.target(x0, time, epsilon), weight, plan.settings.loss)
    for group in run.optimizer.param_groups:
        group["lr"] = learning_rate(run.step, plan)
    run.optimizer.zero_grad(set_to_none=True)
    value.backward()
    run.optimizer.step()

    run.step += 1
    run.losses.append(value.item())
    # Early on the average follows closely, so that it forgets the weights that nobody has trained yet.
    decay = min(plan.settings.ema, (1 + run.step) / (10 + run.step))
    torch._foreach_lerp_(list(run.average.parameters()), list(run.network.parameters()), 1 - decay)


def learning_rate(step: int, plan: Plan) -> float:
    """Of `step`, counted from 0: `constant`, or a linear warm-up and half a cosine to 0 (Loshchilov & Hutter 2017)."""
    if plan.settings.lr_schedule == "constant":
        return plan.settings.lr
    warmed = min(1.0, (step + 1) / WARM_UP_STEPS)
    return plan.settings.lr * warmed * (1 + math.cos(math.pi * step / plan.steps)) / 2


def batch_of(step: int, plan: Plan) -> np.ndarray:
    """Indices of the images of `step`: each epoch visits every image once, in an order of its own."""
    epoch, position = divmod(step, plan.steps_an_epoch)
    order = generator(plan.seed, "ddpm", plan.label, "epoch", epoch).permutation(len(plan.images))
    return order[position * plan.settings.batch :][: plan.settings.batch]


def turned(images: Tensor, ways: list[int]) -> Tensor:
    """Each image (B, H, W) in one of its 8 orientations: way % 4 right-angle turns, mirrored from way 4 on."""
    turns = [torch.rot90(image, way % 4, (0, 1)) for image, way in zip(images, ways, strict=True)]
    return torch.stack([turn.flip(1) if way >= 4 else turn for turn, way in zip(turns, ways, strict=True)])


def save_checkpoint(path: Path, run: Run) -> None:
    """Weights, average, Adam's moments, losses and samples so far, whole or not at all."""
    tensors = {f"network.{name}": tensor for name, tensor in run.network.state_dict().items()}
    tensors |= {f"average.{name}": tensor for name, tensor in run.average.state_dict().items()}
    for index, state in run.optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{name}": tensor for name, tensor in state.items()}
    tensors["losses"] = torch.tensor(run.losses, dtype=torch.float64)
    tensors |= {f"samples.{i}": torch.from_numpy(images) for i, images in enumerate(run.samples)}
    with replacing(path) as temporary:
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, temporary, {"step": str(run.step)})


def load_checkpoint(path: Path, run: Run) -> None:
    """Put the state of `path` into `run`."""
    tensors = load_file(path)
    with safe_open(path, framework="pt") as file:
        run.step = int(file.metadata()["step"])
    run.network.load_state_dict(_part(tensors, "network."))
    run.average.load_state_dict(_part(tensors, "average."))
    moments: dict[int, dict[str, Tensor]] = {}
    for name, tensor in _part(tensors, "optimizer.").items():
        index, key = name.split(".")
        moments.setdefault(int(index), {})[key] = tensor
    run.optimizer.load_state_dict(run.optimizer.state_dict() | {"state": moments})
    run.losses = tensors["losses"].tolist()
    samples = _part(tensors, "samples.")
    run.samples = [samples[str(i)].numpy() for i in range(len(samples))]


def _part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
