"""The way out where a class has too few runs: single images, in the shares asked for."""

import numpy as np
import pandas as pd

from stages.split.by_run import SPLITS


def assign_images(particle_ids: pd.Series, shares: pd.Series, random: np.random.Generator) -> pd.Series:
    """The split of each particle; `shares` is indexed by SPLITS. At least one particle for each share above zero,
    as long as there are particles."""
    order = random.permutation(len(particle_ids))
    split = np.empty(len(particle_ids), dtype=object)
    split[order] = np.repeat(SPLITS, _counts(shares[list(SPLITS)].to_numpy(float), len(particle_ids)))
    return pd.Series(split, index=particle_ids.index)


def _counts(shares: np.ndarray, particles: int) -> np.ndarray:
    """Particles for each share, `particles` in all; a share that rounding left empty takes one from the richest."""
    counts = np.diff(np.rint(np.cumsum(shares) * particles).astype(int), prepend=0)
    for empty in np.flatnonzero((shares > 0) & (counts == 0)):
        richest = counts.argmax()
        if counts[richest] > 1:
            counts[[richest, empty]] += [-1, 1]
    return counts
