"""Training as a function of the step: its draws depend on the seed, the generator and the step, and on nothing else.

So a run that was cut off goes on from its checkpoint as if it had never stopped.
"""

import copy
import math
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import torch
from torch import Tensor, nn

from stages.common.base.seeds import random_of, seed_of
from stages.common.params import diffusion as params
from stages.common.symmetries import SYMMETRIES, pixel_order
from stages.diffusion.model.grey import GreyScale, encode_each
from stages.diffusion.model.process import Process
from stages.diffusion.model.unet import UNet
from stages.diffusion.training import torchrun
from stages.diffusion.training.gradient import Batch, Learn, learner

WARM_UP_STEPS = 50


@dataclass(frozen=True)
class Plan:
    """All that stays the same while training."""

    name: str  # of the generator
    scales: dict[str, GreyScale]  # of each class; their order numbers the classes
    images: np.ndarray  # (N, edge, edge) uint8
    labels: np.ndarray  # (N,) numbers of their classes
    held_out: np.ndarray  # (M, edge, edge) uint8, not among `images`; M may be 0
    held_out_labels: np.ndarray  # (M,)
    process: Process
    settings: params.GeneratorTraining
    epochs: int
    sample_epochs: list[int]
    seed: int
    start: dict[str, Tensor] | None = None  # weights that training starts from; None: weights that are drawn

    @property
    def edge(self) -> int:
        return self.images.shape[1]

    @property
    def classes(self) -> list[str]:
        return list(self.scales)

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
    shared: nn.Module  # `network` as all workers train it, compiled where that is asked for
    average: UNet  # exponential moving average of the weights (Ho et al. 2020, appendix B)
    optimizer: torch.optim.Optimizer
    learn: Learn
    images: Tensor  # the plan's, on the device
    labels: Tensor
    step: int = 0
    losses: list[Tensor] = field(default_factory=list)  # one a step
    held_out_losses: list[float] = field(default_factory=list)  # one an epoch
    best: dict[str, Tensor] = field(default_factory=dict)  # `average` at the lowest held-out loss
    samples: dict[int, np.ndarray] = field(default_factory=dict)  # by epoch, (classes, n, edge, edge)


def together(images: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The images of all classes, one class after another, and the numbers of their classes."""
    labels = np.repeat(np.arange(len(images)), [len(mine) for mine in images.values()])
    return np.concatenate(list(images.values())), labels


def start(plan: Plan, network: params.Network, device: torch.device) -> Run:
    """A new run."""
    torch.manual_seed(seed_of(plan.seed, "ddpm", plan.name, "weights"))
    trained = UNet(plan.edge, network, len(plan.classes)).to(device)
    if plan.start is not None:
        trained.load_state_dict(plan.start)
    average = copy.deepcopy(trained).eval().requires_grad_(False)
    optimizer = torch.optim.AdamW(trained.parameters(), lr=plan.settings.lr, weight_decay=0.0, fused=True)
    compiled = torch.compile(trained) if plan.settings.compile else trained
    assert isinstance(compiled, nn.Module)  # what becomes of a module, though torch.compile's annotation says less
    shared = torchrun.shared(compiled)
    images, labels = (torch.from_numpy(array).to(device) for array in (plan.images, plan.labels))
    return Run(trained, shared, average, optimizer, learner(plan.settings, device), images, labels)


def train_step(run: Run, plan: Plan) -> None:
    """One optimizer step."""
    # All draws of this step derive from it, dropout's too.
    seed = seed_of(plan.seed, "ddpm", plan.name, "step", run.step)
    torch.manual_seed(seed)
    batch = drawn(run, plan)
    for group in run.optimizer.param_groups:
        group["lr"] = learning_rate(run.step, plan)
    run.optimizer.zero_grad(set_to_none=True)
    run.losses.append(run.learn(run.shared, batch, seed))
    run.optimizer.step()

    run.step += 1
    # Early on the average follows closely, so that it forgets the weights that nobody has trained yet.
    decay = min(plan.settings.ema, (1 + run.step) / (10 + run.step))
    torch._foreach_lerp_(list(run.average.parameters()), list(run.network.parameters()), 1 - decay)


def drawn(run: Run, plan: Plan) -> Batch:
    """The images of this step, turned and mixed with noise."""
    device = run.images.device
    batch = torch.from_numpy(batch_of(run.step, plan)).to(device)
    images, labels = run.images[batch], run.labels[batch]
    if plan.settings.augment:
        images = turned(images, torch.randint(SYMMETRIES, (len(images),)).to(device))
    x0 = encode_each(images, labels, plan.scales.values())
    time = plan.process.draw_times(len(images)).to(device)
    epsilon = torch.randn(x0.shape).to(device)
    told = told_labels(labels, plan)
    weight = plan.process.loss_weight(time, plan.settings.min_snr)
    target = plan.process.target(x0, time, epsilon)
    return Batch(plan.process.q_sample(x0, time, epsilon), time, told, target, weight)


def told_labels(labels: Tensor, plan: Plan) -> Tensor:
    """`labels` (B,) as a network of several classes is told them: of the share `unlabelled` it isn't told the class, so
    that it learns to answer without (Ho & Salimans 2022, algorithm 1)."""
    if len(plan.classes) == 1:
        return labels
    hidden = torch.rand(len(labels)) < plan.settings.unlabelled
    return labels.masked_fill(hidden.to(labels.device), len(plan.classes))


def learning_rate(step: int, plan: Plan) -> float:
    """Of `step`, counted from 0: `constant`, or a linear warm-up and half a cosine to 0 (Loshchilov & Hutter 2017)."""
    if plan.settings.lr_schedule == "constant":
        return plan.settings.lr
    warmed = min(1.0, (step + 1) / WARM_UP_STEPS)
    return plan.settings.lr * warmed * (1 + math.cos(math.pi * step / plan.steps)) / 2


def batch_of(step: int, plan: Plan) -> np.ndarray:
    """Indices of the images of `step`: each epoch visits every image once, in an order of its own."""
    epoch, position = divmod(step, plan.steps_an_epoch)
    order = random_of(plan.seed, "ddpm", plan.name, "epoch", epoch).permutation(len(plan.images))
    return order[position * plan.settings.batch :][: plan.settings.batch]


def turned(images: Tensor, numbers: Tensor) -> Tensor:
    """Each image (B, H, H) in the symmetry that `numbers` (B,) names for it."""
    pixels = _pixel_order(images.shape[1], images.device)[numbers]
    return images.flatten(1).gather(1, pixels).view_as(images)


@cache
def _pixel_order(edge: int, device: torch.device) -> Tensor:
    return torch.from_numpy(pixel_order(edge)).to(device)
