"""Which particles' features are kept for the map."""

import numpy as np
import pandas as pd

from stages.common.base.seeds import seed_of


def sampled(particles: pd.DataFrame, count: int, seed: int) -> np.ndarray:
    """Positions of at most `count` of `particles`: as many of each class on each platform, as far as there are.

    Only the seed and the particles' names decide, so every classifier keeps the same particles.
    """
    order = pd.Series([seed_of(seed, "embedding", name) for name in particles["particle_id"]])
    groups = [particles["platform"].to_numpy(), particles["class"].to_numpy()]
    place = order.groupby(groups).rank(method="first").to_numpy() - 1
    # The first of every group, then the second of every group, and so on.
    return np.sort(np.lexsort((order.to_numpy(), place))[:count])
