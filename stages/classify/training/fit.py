"""Train one cell of the grid."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from stages.classify.data.images import Images
from stages.classify.training.grid import Cell
from stages.classify.training.methods import CHANGES, DRAWINGS, LOSSES
from stages.classify.training.networks import NETWORKS, Network
from stages.classify.training.schedules import SCHEDULES
from stages.common.base.seeds import random_of, seed_of
from stages.common.device import autocast, best_device
from stages.common.params.classify import ClassifierTraining
from stages.common.symmetries import SYMMETRIES, turned

OPTIMIZERS = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}
HISTORY_ROWS = 25
STATISTICS = 512  # training images that settle the batch statistics
BATCH = 256


@dataclass(frozen=True)
class Scale:
    """Mean and standard deviation of the training images, in grey levels; images are standardized by them."""

    mean: float
    sd: float

    def standardized(self, images: np.ndarray, device: torch.device) -> torch.Tensor:
        """uint8 (N, H, W) -> float32 (N, 1, H, W)."""
        scaled = (torch.from_numpy(images).to(device).float() - self.mean) / self.sd
        return scaled.unsqueeze(1).contiguous(memory_format=torch.channels_last)


@dataclass(frozen=True)
class Recipe:
    """How a network is trained: the settings of its architecture, and the methods that the training set names."""

    architecture: str
    settings: ClassifierTraining
    methods: Sequence[str] = ()

    @property
    def drawing(self) -> Callable:
        return DRAWINGS[next((name for name in self.methods if name in DRAWINGS), "every_image")]

    @property
    def loss(self) -> Callable:
        return LOSSES[next((name for name in self.methods if name in LOSSES), "cross_entropy")]

    @property
    def changes(self) -> list[Callable]:
        return [CHANGES[name] for name in self.methods if name in CHANGES]


def fit(
    cell: Cell, recipe: Recipe, classes: int, images: Images, scale: Scale, seed: int
) -> tuple[Network, list[dict]]:
    """Train `recipe.architecture` on `settings.images` images (batches of `cell.batch`, whatever the set's size).

    Weights and random numbers depend on the seed and the cell's repeat only, so cells and training sets differ in
    nothing else. Returns the network in evaluation mode and the loss as rows of images_seen, lr, loss.
    """
    device = best_device()
    torch.backends.cudnn.deterministic = True
    torch.manual_seed(seed_of(seed, "classify", "weights", recipe.architecture, cell.repeat))
    # torch's annotations lack memory_format.
    network = NETWORKS[recipe.architecture](classes)
    network = network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = OPTIMIZERS[cell.optimizer](network.parameters(), cell.lr, weight_decay=cell.weight_decay, fused=True)
    settings = recipe.settings
    steps = max(1, round(settings.images / cell.batch))
    factor = SCHEDULES[settings.schedule]
    random = random_of(seed, "classify", "order", cell.repeat)
    changing = random_of(seed, "classify", "changes", cell.repeat)
    counts = torch.bincount(torch.from_numpy(images.label), minlength=classes).to(device)
    losses, history = [], []
    drawn = batches(recipe.drawing(images.label, random), cell.batch)
    for step, numbers in zip(range(1, steps + 1), drawn, strict=False):
        for group in optimizer.param_groups:
            group["lr"] = cell.lr * factor((step - 0.5) / steps)
        batch = images.batch(numbers)
        if settings.augment:
            batch = turned(batch, random.integers(0, SYMMETRIES, len(batch)))
        standardized = scale.standardized(batch, device)
        targets = nn.functional.one_hot(torch.from_numpy(images.label[numbers]), classes).float().to(device)
        for change in recipe.changes:
            standardized, targets = change(standardized, targets, changing)
        with autocast(device, settings.precision):
            logits = network(standardized)
        loss = recipe.loss(logits.float(), targets, counts)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
        if step * HISTORY_ROWS // steps > (step - 1) * HISTORY_ROWS // steps:
            mean = torch.stack(losses).mean().item()
            history.append({"images_seen": step * cell.batch, "lr": optimizer.param_groups[0]["lr"], "loss": mean})
            losses = []
    settle_statistics(network, images, scale, itertools.islice(drawn, max(1, STATISTICS // cell.batch)))
    return network.eval(), history


@torch.no_grad()
def settle_statistics(network: Network, images: Images, scale: Scale, drawn: Iterable[np.ndarray]) -> None:
    """Average the batch statistics anew under the final weights (Wu and Johnson 2021, arXiv:2105.07576, section 3).

    The running averages of a short training still hold statistics of weights long gone. `drawn`: numbers of images in
    batches, from the training's own drawing; of other shares of the classes the statistics would be others.
    """
    layers = [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)]
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # a plain mean over the batches that follow
    device = next(network.parameters()).device
    for numbers in drawn:
        network(scale.standardized(images.batch(numbers), device))


def batches(rounds: Iterator[np.ndarray], size: int) -> Iterator[np.ndarray]:
    """The numbers of images in `rounds`, which never end, in batches of exactly `size`."""
    waiting = np.empty(0, np.int64)
    while True:
        while len(waiting) < size:
            waiting = np.concatenate([waiting, next(rounds)])
        yield waiting[:size]
        waiting = waiting[size:]


@torch.inference_mode()
def probabilities(network: Network, images: Images, scale: Scale, precision: str) -> np.ndarray:
    """Class probabilities, float32 (N, classes)."""
    device = next(network.parameters()).device
    found = []
    for start in range(0, len(images), BATCH):
        batch = images.batch(np.arange(start, min(start + BATCH, len(images))))
        with autocast(device, precision):
            logits = network(scale.standardized(batch, device))
        found.append(logits.float().softmax(dim=1).cpu().numpy())
    return np.concatenate(found)
