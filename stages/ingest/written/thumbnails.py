"""A few particles of a run, drawn while it is read: each has the same chance, however many there are."""

import numpy as np
import pandas as pd

from stages.common.base.seeds import random_of
from stages.reading.exports.files.packed import Packed


class Thumbnails:
    """Of the particles that have an image the `size` whose random numbers are the smallest. The same run gives the same
    ones: the numbers depend on its name alone, and not on the pieces that it is read in."""

    def __init__(self, run: str, size: int) -> None:
        self.total = 0  # particles so far
        self.shown_of = 0  # of these, the ones with an image
        self._size = size
        self._random = random_of(0, "contact sheet", run)
        self._drawn: list[tuple[float, int, np.ndarray, pd.Series]] = []

    def add(self, particles: pd.DataFrame, images: Packed) -> None:
        keys = self._random.random(len(images))
        keys[~images.there] = np.inf
        limit = self._drawn[-1][0] if len(self._drawn) == self._size else 1.0
        for row in np.argsort(keys, kind="stable")[: self._size]:
            image = images[row]
            if image is None or keys[row] >= limit:
                break
            self._drawn.append((keys[row], self.total + int(row), image.copy(), particles.iloc[row]))
        self._drawn = sorted(self._drawn, key=lambda drawn: drawn[0])[: self._size]
        self.total += len(images)
        self.shown_of += int(images.there.sum())

    def drawn(self) -> list[tuple[np.ndarray, pd.Series]]:
        """Images and rows of the particles, in the run's order."""
        return [(image, particle) for _, _, image, particle in sorted(self._drawn, key=lambda drawn: drawn[1])]
