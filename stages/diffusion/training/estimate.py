"""How long a training will take, told before it starts."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

from stages.common.params import diffusion as params
from stages.diffusion.model.folding import folded
from stages.diffusion.training import torchrun
from stages.diffusion.training.step import Plan, start, train_step

ENOUGH_SECONDS = 2.0


@dataclass(frozen=True)
class Estimate:
    """Seconds."""

    step: float
    network_call: float  # of the pictures that are drawn on the way

    def sentence(self, plan: Plan, done: int, calls_a_picture: int) -> str:
        """An epoch's time, and the whole run's from step `done` on."""
        epoch = self.step * plan.steps_an_epoch
        pictures = len(plan.classes) * sum(epoch * plan.steps_an_epoch > done for epoch in plan.sample_epochs)
        rest = self.step * (plan.steps - done) + self.network_call * calls_a_picture * pictures
        return f"{self.step:.3g} s a step, {epoch:.3g} s an epoch: about {_readable(rest)} to go"


def measure(plan: Plan, network: params.Network, device: torch.device, images_a_call: int) -> Estimate:
    """Time a few steps of a run that is thrown away; the first one, which sets things up, doesn't count."""
    trial = start(plan, network, device)
    train_step(trial, plan)
    step = _seconds(lambda: train_step(trial, plan), device)
    average = folded(trial.average)
    x = torch.zeros(images_a_call, 1, plan.edge, plan.edge, device=device)
    label = torch.zeros(images_a_call, dtype=torch.long, device=device)
    with torch.inference_mode():
        call = _seconds(lambda: average(x, torch.ones(images_a_call, device=device), label), device)
    return Estimate(step, call)


def _seconds(work: Callable[[], None], device: torch.device) -> float:
    """The mean of one call, of as many as fit into ENOUGH_SECONDS, five at most."""
    begun, calls, spent = time.perf_counter(), 0, 0.0
    while calls < 5 and spent < ENOUGH_SECONDS:
        work()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        # The mean over workers, so that all of them make as many calls.
        calls, spent = calls + 1, torchrun.mean(torch.tensor(time.perf_counter() - begun, device=device)).item()
    return spent / calls


def _readable(seconds: float) -> str:
    if seconds < 3600:
        return f"{seconds / 60:.1f} minutes"
    return f"{seconds / 3600:.1f} hours" if seconds < 48 * 3600 else f"{seconds / 86400:.1f} days"
