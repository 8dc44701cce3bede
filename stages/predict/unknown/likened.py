"""A run's particles as they are held against known ones: small enough that all of a run's are kept at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stages.predict.unknown.appearance import COLUMNS

AXES_TOLD = 8  # of the network's features
QUANTITIES = ["diameter", *COLUMNS, *(f"feature_{axis + 1}" for axis in range(AXES_TOLD))]


@dataclass(frozen=True)
class Likened:
    """N particles: what they were `called` (N,), their `distance` (N,) from known particles and their `unlikeness` (N,)
    to them, and their QUANTITIES, float64 (N, Q), NaN where not reported: the logarithm of the diameter first."""

    called: np.ndarray
    distance: np.ndarray
    unlikeness: np.ndarray
    quantities: np.ndarray

    def __len__(self) -> int:
        return len(self.called)

    def __getitem__(self, rows: np.ndarray) -> "Likened":
        return Likened(self.called[rows], self.distance[rows], self.unlikeness[rows], self.quantities[rows])


def quantities_of(columns: np.ndarray, coordinates: np.ndarray) -> np.ndarray:
    """(N, Q): the instrument's columns as they are, and the first coordinates, which are the features'."""
    told = np.full((len(columns), AXES_TOLD), np.nan)
    axes = coordinates[:, :AXES_TOLD]
    told[:, : axes.shape[1]] = axes
    return np.column_stack([columns, told])


def joined(parts: Sequence[Likened]) -> Likened:
    """A run that was read in parts, in their order; at least one."""
    names = ("called", "distance", "unlikeness", "quantities")
    return Likened(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
