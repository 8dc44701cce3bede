"""One training on several processes: `torchrun --nproc-per-node N -m stages.diffusion.training <generator>`.

Each process answers for a part of every batch; all draw alike, so the gradient is that of one process up to rounding.
Without torchrun there is one worker and nothing to share.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from stages.common.device import best_device


@contextmanager
def workers() -> Iterator[torch.device]:
    """Join the other processes that torchrun started, if it did; yield this one's device."""
    device = best_device()
    if "LOCAL_RANK" not in os.environ:
        yield device
        return
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield device
    finally:
        dist.destroy_process_group()


def count() -> int:
    return dist.get_world_size() if dist.is_initialized() else 1


def is_first() -> bool:
    """Whether this process is the one that writes and speaks."""
    return not dist.is_initialized() or dist.get_rank() == 0


def shared(network: nn.Module) -> nn.Module:
    """`network`, whose gradients become the mean over all workers."""
    return DistributedDataParallel(network) if dist.is_initialized() else network


def part(total: int) -> tuple[slice, float]:
    """This worker's part of a batch of `total` images, and what its mean loss counts for in the mean of all workers.

    Where there are fewer images than workers, the last ones answer for an image that doesn't count.
    """
    if not dist.is_initialized():
        return slice(0, total), 1.0
    rank = dist.get_rank()
    first, last = rank * total // count(), (rank + 1) * total // count()
    return slice(min(first, total - 1), max(last, first + 1)), (last - first) * count() / total


def mean(value: Tensor) -> Tensor:
    """Of a number, over all workers."""
    if dist.is_initialized():
        dist.all_reduce(value)
        value /= count()
    return value


def wait() -> None:
    """Until every worker is here."""
    if dist.is_initialized():
        dist.barrier()
