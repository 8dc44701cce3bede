"""The gradient of a batch: as a whole, or on a processor's cores as the sum of shards.

On a processor each shard is computed by one thread, and how many there are is a setting; so a training gives the same
bytes on one core and on eight, and another program takes no more from it than its share of the cores.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from stages.common.base.seeds import seed_of
from stages.common.base.threads import threads
from stages.common.device import autocast, workers
from stages.common.params.diffusion import GeneratorTraining
from stages.diffusion.model.process import loss
from stages.diffusion.training import torchrun


@dataclass(frozen=True)
class Batch:
    """What the network is asked, (B, 1, edge, edge), (B,) and (B,), and what its answer is held against."""

    noisy: Tensor
    time: Tensor
    told: Tensor  # classes
    target: Tensor
    weight: Tensor  # (B, 1, 1, 1)

    def __len__(self) -> int:
        return len(self.noisy)

    def part(self, where: slice) -> "Batch":
        return Batch(self.noisy[where], self.time[where], self.told[where], self.target[where], self.weight[where])

    def loss(self, network: nn.Module, settings: GeneratorTraining, random: torch.Generator | None = None) -> Tensor:
        """The mean over its images; dropout draws from `random`."""
        with autocast(self.noisy.device, settings.precision):
            answer = network(self.noisy, self.time, self.told, random)
        return loss(answer, self.target, self.weight, settings.loss)


Learn = Callable[[nn.Module, Batch, int], Tensor]  # (network, batch, seed): sets the gradients, returns the mean loss


def learner(settings: GeneratorTraining, device: torch.device) -> Learn:
    """How this machine computes the gradient: whole on a GPU and under torchrun, else in `settings.shards` shards."""
    if device.type != "cpu" or torchrun.count() > 1:
        return lambda network, batch, seed: whole(network, batch, settings)
    # A compiled network isn't made for several threads.
    pool = threads(1 if settings.compile else min(settings.shards, workers(device)))
    return lambda network, batch, seed: in_shards(network, batch, seed, settings, pool)


def whole(network: nn.Module, batch: Batch, settings: GeneratorTraining) -> Tensor:
    """By this process's part of the batch; torchrun adds up those of the others."""
    mine, share = torchrun.part(len(batch))
    value = batch.part(mine).loss(network, settings) * share
    value.backward()
    return torchrun.mean(value.detach())


def in_shards(network: nn.Module, batch: Batch, seed: int, settings: GeneratorTraining, pool: Executor) -> Tensor:
    """Each shard by a thread of `pool`, added up in the order of the shards."""
    weights = list(network.parameters())

    def gradient(number: int, where: slice) -> tuple[Tensor, tuple[Tensor, ...]]:
        random = torch.Generator().manual_seed(seed_of(seed, "dropout", number))
        shard = batch.part(where)
        value = shard.loss(network, settings, random) * (len(shard) / len(batch))
        return value.detach(), torch.autograd.grad(value, weights)

    (value, total), *others = pool.map(gradient, *zip(*enumerate(parts(len(batch), settings.shards)), strict=True))
    for further, gradients in others:
        value = value + further
        torch._foreach_add_(total, gradients)
    for weight, of_weight in zip(weights, total, strict=True):
        weight.grad = of_weight
    return value


def parts(total: int, count: int) -> Iterator[slice]:
    """`total` images in `count` parts as equal as can be, or in fewer where there are fewer images."""
    count = min(total, count)
    return (slice(number * total // count, (number + 1) * total // count) for number in range(count))
