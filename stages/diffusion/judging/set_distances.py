"""Distances between sets of images, each beside its floor: that of real training to real held-out images."""

import numpy as np
import pandas as pd
import torch

from stages.diffusion.judging.compared import Compared, Sets
from stages.diffusion.judging.density_coverage import density_coverage
from stages.diffusion.judging.frechet import frechet
from stages.diffusion.judging.history import History
from stages.diffusion.judging.inception import NAME as INCEPTION
from stages.diffusion.judging.inception import inception, weights_path
from stages.diffusion.judging.kid import kid, kid_spread


def set_distances(features: Sets, random: np.random.Generator) -> dict[str, float]:
    """Of synthetic to held-out images by their `features` (n, D); `_floor`: of training to the held-out ones."""
    synthetic, held_out, training = features
    return {
        "frechet": frechet(synthetic, held_out),
        "frechet_floor": frechet(training, held_out),
        "kid": kid(synthetic, held_out),
        "kid_sd": kid_spread(synthetic, held_out, random),
        "kid_floor": kid(training, held_out),
        **density_coverage(synthetic, held_out),
        **{f"{name}_floor": value for name, value in density_coverage(training, held_out).items()},
    }


def with_inception(compared: Compared, device: torch.device) -> dict | str:
    """The customary FID beside, or how to get it."""
    if not weights_path().exists():
        return (
            f"weights absent: put {weights_path().name} into the folder hub/checkpoints of torch's cache (TORCH_HOME)"
        )
    synthetic, held_out, training = map(inception(device), compared.equal())
    distances = set_distances((synthetic, held_out, training), compared.random("kid"))
    return {"n": compared.n, "network": INCEPTION} | distances


def by_epoch(compared: Compared, history: History) -> pd.DataFrame:
    """One row a sample epoch: n, loss (mean since the sample epoch before), and distances of its few samples.

    The floors are those of as many training images. At so small an n only KID, which is unbiased, means the same as
    elsewhere; the Frechet distance compares epochs with each other.
    """
    random = compared.random("by epoch")
    held_out, training = compared.held_out_features, compared.training_features[: history.samples.shape[1]]
    floors = {"frechet_floor": frechet(training, held_out), "kid_floor": kid(training, held_out)}
    found = []
    for epoch, images, loss in zip(history.epochs, history.samples, history.mean_losses(), strict=True):
        drawn = compared.features(images)
        row = {"epoch": epoch, "n": len(images), "loss": loss, "frechet": frechet(drawn, held_out)}
        found.append(row | {"kid": kid(drawn, held_out), "kid_sd": kid_spread(drawn, held_out, random), **floors})
    return pd.DataFrame(found)
