"""What is judged, and what it is held against."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from stages.common.base.seeds import random_of
from stages.diffusion.judging.batches import Features
from stages.diffusion.judging.memorisation import Gallery

Sets = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Compared:
    """Images (N, H, W) uint8 of one class: synthetic, real held out, and real learnt from; the runs (N,) that the real
    ones come from; what turns images into features (N, D), and its name.

    The features of each set are computed when first asked for, and kept: every judgement takes them from here.
    """

    label: str
    seed: int
    synthetic: np.ndarray
    held_out: np.ndarray
    training: np.ndarray
    held_out_runs: np.ndarray
    training_runs: np.ndarray
    features: Features
    network: str

    @property
    def n(self) -> int:
        """As many as all three have: a distance from fewer images is larger."""
        return min(len(self.synthetic), len(self.held_out), len(self.training))

    @cached_property
    def synthetic_features(self) -> np.ndarray:
        return self.features(self.synthetic)

    @cached_property
    def held_out_features(self) -> np.ndarray:
        return self.features(self.held_out)

    @cached_property
    def gallery(self) -> Gallery:
        """The training images in their 8 orientations, the first as they are."""
        return Gallery.of(self.training, self.features)

    @property
    def training_features(self) -> np.ndarray:
        return self.gallery.features[0]

    def equal(self) -> Sets:
        """The first n synthetic, held-out and training images."""
        return self.synthetic[: self.n], self.held_out[: self.n], self.training[: self.n]

    def equal_features(self) -> Sets:
        """The features (n, D) of the same."""
        return self.synthetic_features[: self.n], self.held_out_features[: self.n], self.training_features[: self.n]

    def random(self, name: str) -> np.random.Generator:
        return random_of(self.seed, "quality", name, self.label)
