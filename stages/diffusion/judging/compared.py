"""What is judged, and what it is held against."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from stages.common.seeds import generator

Features = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Compared:
    """Images (N, H, W) uint8 of one class: generated, real held out, and real learnt from; the runs (N,) that the real
    ones come from; what turns images into features (N, D), and its name."""

    label: str
    seed: int
    generated: np.ndarray
    held_out: np.ndarray
    training: np.ndarray
    held_out_runs: np.ndarray
    training_runs: np.ndarray
    features: Features
    network: str

    @property
    def n(self) -> int:
        """As many as all three have: a distance from fewer images is larger."""
        return min(len(self.generated), len(self.held_out), len(self.training))

    def equal(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The first n generated, held-out and training images."""
        return self.generated[: self.n], self.held_out[: self.n], self.training[: self.n]

    def random(self, name: str) -> np.random.Generator:
        return generator(self.seed, "quality", name, self.label)
