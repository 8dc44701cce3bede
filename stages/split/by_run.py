"""Assign whole runs to splits so that each class's shares come close to those asked for.

Particles of one run share focus, illumination and sample: a network tested on the runs it was trained on is tested
on its memory of them. So a run goes to one split whole.
"""

import itertools

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from stages.common.particles import SPLITS

EXHAUSTIVE = 50_000  # assignments tried: every one, while there are no more than this; else that many draws
MISSING = 10.0  # cost of a class that is absent from a split where it is wanted


def assign_runs(
    counts: pd.DataFrame, targets: pd.DataFrame, random: np.random.Generator, fixed: dict[str, str]
) -> pd.Series:
    """The split of each run.

    `counts`: particles, runs x classes. `targets`: shares, classes x SPLITS. `fixed`: the split of runs that
    aren't free. Runs that share no class, even through others, are assigned apart. Ties are broken by `random`.
    """
    assigned = []
    _, group = connected_components(csr_array(_share_a_class(counts.to_numpy())), directed=False)
    for number in range(group.max() + 1):
        runs = counts.index[group == number]
        block = counts.loc[runs].loc[:, lambda table: table.sum() > 0]
        held, wanted = block.to_numpy(float), targets.loc[block.columns].to_numpy(float)
        choices = _choices(held, wanted, random)
        for place in [place for place, run in enumerate(runs) if run in fixed]:
            choices[:, place] = SPLITS.index(fixed[runs[place]])
        costs = _costs(choices, held, wanted)
        best = random.choice(np.flatnonzero(costs <= costs.min() + 1e-12))
        assigned.append(pd.Series([SPLITS[i] for i in choices[best]], index=runs))
    return pd.concat(assigned).reindex(counts.index)


def _share_a_class(counts: np.ndarray) -> np.ndarray:
    present = (counts > 0).astype(int)
    return present @ present.T


def _choices(counts: np.ndarray, targets: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Assignments to try, (M, runs), as indices into SPLITS: every one, or draws in proportion to the targets."""
    runs = len(counts)
    if len(SPLITS) ** runs <= EXHAUSTIVE:
        return np.array(list(itertools.product(range(len(SPLITS)), repeat=runs)))
    shares = counts @ targets / counts.sum(axis=1, keepdims=True)
    bounds = np.cumsum(shares, axis=1)[None, :, :-1]
    return (random.random((EXHAUSTIVE, runs))[:, :, None] >= bounds).sum(axis=2)


def _costs(choices: np.ndarray, counts: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Squared deviation of the shares from `targets`, summed over classes and splits, for each choice (M,)."""
    costs = np.zeros(len(choices))
    for split in range(len(SPLITS)):
        shares = (choices == split) @ counts / counts.sum(axis=0)
        costs += ((shares - targets[:, split]) ** 2).sum(axis=1)
        costs += MISSING * ((shares == 0) & (targets[:, split] > 0)).sum(axis=1)
    return costs
