"""Stop when images that training never sees are no longer denoised better."""

import numpy as np
import pandas as pd
import torch

from stages.common.base.seeds import random_of
from stages.common.device import autocast
from stages.diffusion.model.grey import encode_each
from stages.diffusion.model.process import loss
from stages.diffusion.training import torchrun
from stages.diffusion.training.step import Plan, Run

TIMES_AN_IMAGE = 2


def divided(rows: pd.DataFrame, images: int, held_out: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the images to train on and of those held out, from the train split's `rows` in drawing order.

    The first `images` are trained on, as the classifiers' are. Held out are others of the train split, first those of
    runs that training sees nothing of. Where too few are left, the last of the first `images` are held out instead.
    """
    drawn = np.arange(min(images, len(rows)))
    beyond = np.arange(len(drawn), len(rows))
    of_seen_runs = rows["run"].iloc[beyond].isin(set(rows["run"].iloc[drawn])).to_numpy()
    candidates = np.concatenate([beyond[~of_seen_runs], beyond[of_seen_runs], drawn[::-1]])
    chosen = candidates[:held_out]
    return np.setdiff1d(drawn, chosen), np.sort(chosen)


@torch.inference_mode()
def held_out_loss(run: Run, plan: Plan) -> float:
    """The averaged weights' loss on the held-out images, with the same noise at the same times whenever it is asked."""
    device = run.images.device
    images = torch.from_numpy(plan.held_out).repeat(TIMES_AN_IMAGE, 1, 1).to(device)
    labels = torch.from_numpy(plan.held_out_labels).repeat(TIMES_AN_IMAGE).to(device)
    random = random_of(plan.seed, "ddpm", plan.name, "held out")
    times = plan.process.spread_times(len(images))[torch.from_numpy(random.permutation(len(images)))].to(device)
    x0 = encode_each(images, labels, plan.scales.values())
    epsilon = torch.from_numpy(random.standard_normal(x0.shape, dtype=np.float32)).to(device)
    total = 0.0
    for part in torch.arange(len(images)).split(plan.settings.batch):
        with autocast(device, plan.settings.precision):
            noisy = plan.process.q_sample(x0[part], times[part], epsilon[part])
            answer = run.average(noisy, times[part], labels[part])
        target = plan.process.target(x0[part], times[part], epsilon[part])
        weight = plan.process.loss_weight(times[part], plan.settings.min_snr)
        total += loss(answer, target, weight, plan.settings.loss).item() * len(part)
    return total / len(images)


def judge_epoch(run: Run, plan: Plan) -> None:
    """Note the held-out loss, and keep the averaged weights where it is the lowest so far."""
    found = torchrun.mean(torch.tensor(held_out_loss(run, plan), device=run.images.device, dtype=torch.float64)).item()
    if found < min(run.held_out_losses, default=np.inf):
        run.best = {name: tensor.clone() for name, tensor in run.average.state_dict().items()}
    run.held_out_losses.append(found)


def has_stopped(run: Run, plan: Plan) -> bool:
    """Whether the last `patience` epochs brought no lower held-out loss."""
    if plan.settings.patience is None or not run.held_out_losses:
        return False
    return len(run.held_out_losses) - 1 - int(np.argmin(run.held_out_losses)) >= plan.settings.patience
