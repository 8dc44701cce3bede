"""Which images a training set takes: nested, so that a larger set holds the smaller one.

Generators and classifiers draw by the same order. A generator that is allowed N real images has seen exactly the
N real images that the classifiers of the same class are allowed.
"""

import pandas as pd

from stages.common.base.seeds import seed_of


def draw(splits: pd.DataFrame, label: str, platform: str, split: str, count: int | None, seed: int) -> pd.DataFrame:
    """The first `count` rows (all, when None) of class `label` in `split` on `platform`, in an order that only
    `seed` and the particles' names decide. Fewer when there are fewer; the caller says so."""
    rows = splits[(splits["class"] == label) & (splits["platform"] == platform) & (splits["split"] == split)]
    order = [seed_of(seed, "draw", particle) for particle in rows["particle_id"]]
    return rows.assign(order=order).sort_values("order").drop(columns="order").head(count)
