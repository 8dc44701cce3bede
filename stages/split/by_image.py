"""The way out where a class has too few runs: single images, in the shares asked for."""

import numpy as np
import pandas as pd

from stages.split.by_run import SPLITS


def assign_images(particle_ids: pd.Series, shares: pd.Series, random: np.random.Generator) -> pd.Series:
    """The split of each particle; `shares` is indexed by SPLITS. At least one particle for each share above zero,
    as long as there are particles."""
    order = random.permutation(len(particle_ids))
    bounds = np.rint(np.cumsum([shares[split] for split in SPLITS]) * len(particle_ids)).astype(int)
    split = np.empty(len(particle_ids), dtype=object)
    split[order] = np.repeat(SPLITS, np.diff(bounds, prepend=0))
    return pd.Series(split, index=particle_ids.index)
