"""Does the loss stand still while the images still get better, as the study says (arXiv 2508.06021)?"""

import numpy as np
import pandas as pd

STANDS_STILL = 0.05  # relative change of the loss, at most
DEVIATIONS = 1.96  # standard deviations that KID must change by, at least


def plateau(epochs: pd.DataFrame) -> dict:
    """The verdict on that claim from the last two of `epochs` (epoch, loss, kid, kid_sd), a row a sample epoch.

    Without a plateau, a loss that changes by at most STANDS_STILL of itself, nothing is claimed: `undecided`. On it the
    claim is `shown` when KID falls by more than DEVIATIONS of its change's standard deviation, `refuted` when it rises
    by as much, else `undecided`. That deviation takes both KIDs as independent, though they share real images and
    noise, so it is rather too large. The loss of an epoch is the mean since the sample epoch before.
    """
    if len(epochs) < 2:
        return {"verdict": "undecided", "reason": "fewer than two sample epochs"}
    before, last = epochs.iloc[-2], epochs.iloc[-1]
    loss_change = last["loss"] / before["loss"] - 1
    kid_change, spread = last["kid"] - before["kid"], np.hypot(before["kid_sd"], last["kid_sd"])
    verdict, reason = judged(loss_change, kid_change, DEVIATIONS * spread)
    return {
        "from_epoch": int(before["epoch"]),
        "to_epoch": int(last["epoch"]),
        "loss_change": float(loss_change),
        "kid_change": float(kid_change),
        "kid_change_sd": float(spread),
        "verdict": verdict,
        "reason": reason,
    }


def judged(loss_change: float, kid_change: float, least: float) -> tuple[str, str]:
    """The verdict and why."""
    if loss_change < -STANDS_STILL:
        return "undecided", "the loss still falls, so there is no plateau yet"
    if loss_change > STANDS_STILL:
        return "undecided", "the loss rises, so there is no plateau"
    if kid_change < -least:
        return "shown", "the loss stands still and the distance falls"
    if kid_change > least:
        return "refuted", "the loss stands still and the distance rises"
    return "undecided", "the loss stands still, but the distance changes by no more than its uncertainty"
