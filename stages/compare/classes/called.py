"""What each platform's own network calls its particles, as the stage `call` wrote it, sorted into bins of size.

Small particles are mistaken most. So each bin has a confusion matrix of its own: that of one size law, applied to a
sample of another, would take the difference for particles of another class.
"""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.base.errors import InputError
from stages.common.confusion import confusion

FEWEST = 20  # particles of a class that a matrix is made from


@dataclass(frozen=True)
class Called:
    """One platform's particles in B bins of size and C classes: `matrices` (B, C, C), confusion of the particles of
    known class, true class by call; `known` (C,), how many these are; `calls`: run of a parallel sample -> particles
    called each class, (B, C); `sized`: run -> its particles with a picture and a diameter."""

    matrices: np.ndarray
    known: np.ndarray
    calls: dict[str, np.ndarray]
    sized: dict[str, int]


def read_called(path: Path, column: str, classes: list[str], thresholds_um: list[int]) -> Called:
    """Read data/called of a platform whose diameter is `column`. Raises InputError when the file is missing."""
    if not path.is_file():
        raise InputError(f"{path}: not there; `dvc repro call` lets the networks of compare.networks call particles")
    return called_of(pd.read_parquet(path), column, classes, thresholds_um)


def called_of(table: pd.DataFrame, column: str, classes: list[str], thresholds_um: list[int]) -> Called:
    """From a row a particle: run, class (null where it isn't known), called and diameters; bins between neighbouring
    thresholds, the last one open. Particles below all of them, or without a diameter, are left out."""
    edges = np.array([*sorted(thresholds_um), np.inf], float)
    own = table[table[column] >= edges[0]]
    um, place = own[column].to_numpy(float), np.searchsorted(edges, own[column], side="right") - 1
    call, truth = (pd.Index(classes).get_indexer(own[name]) for name in ("called", "class"))
    bins, size = len(edges) - 1, len(classes)
    calls = {}
    for run in table.loc[table["class"].isna(), "run"].unique():
        mine = (own["run"] == run).to_numpy()
        calls[run] = np.bincount(place[mine] * size + call[mine], minlength=bins * size).reshape(bins, size)
    known = truth >= 0
    um, call, truth = um[known], call[known], truth[known]
    near = [_near(um, truth, low, high) for low, high in pairwise(edges)]
    return Called(
        np.stack([confusion(truth[chosen], call[chosen], size) for chosen in near]),
        np.bincount(truth, minlength=size),
        calls,
        {run: int(table.loc[table["run"] == run, column].notna().sum()) for run in calls},
    )


def _near(um: np.ndarray, truth: np.ndarray, low_um: float, high_um: float) -> np.ndarray:
    """Of each class the particles between both sizes, or the FEWEST that are nearest to them, (N,) bool: a row of which
    nothing is known would explain whatever is seen."""
    distance = np.maximum(0, np.log(low_um / um)) + np.maximum(0, np.log(um) - np.log(high_um))
    chosen = (um >= low_um) & (um < high_um)
    for number in np.unique(truth):
        own = np.flatnonzero(truth == number)
        chosen[own[np.argsort(distance[own], kind="stable")[:FEWEST]]] = True
    return chosen
