"""Images named by (array, row), gathered from memory maps a batch at a time."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.arrays import read_images

CHUNK = 4096

_mapped = cache(read_images)


@dataclass(frozen=True)
class Images:
    """N images with their labels: `paths` of the arrays, and for each image its array, row and class by number."""

    paths: tuple[str, ...]
    array: np.ndarray
    row: np.ndarray
    label: np.ndarray

    def __len__(self) -> int:
        return len(self.row)

    def batch(self, numbers: np.ndarray) -> np.ndarray:
        """The images `numbers`, uint8 (n, H, W), in that order."""
        arrays, rows = self.array[numbers], self.row[numbers]
        edges = _mapped(self.paths[0]).shape[1:]
        gathered = np.empty((len(numbers), *edges), np.uint8)
        for array in np.unique(arrays):
            here = arrays == array
            gathered[here] = _mapped(self.paths[array])[rows[here]]
        return gathered


def listed(table: pd.DataFrame, classes: list[str], root: Path) -> Images:
    """The images of `table` (columns array, row, class); paths become absolute, for workers in other folders."""
    numbers, paths = pd.factorize(table["array"], sort=True)
    label = pd.Index(classes).get_indexer(table["class"])
    return Images(tuple(str(root / path) for path in paths), numbers, table["row"].to_numpy(np.int64), label)


def of_particles(particles: pd.DataFrame, classes: list[str], root: Path) -> Images:
    """The images of `particles` (columns run, row, class of data/splits.parquet)."""
    return listed(particles.assign(array="data/normalized/" + particles["run"] + ".npy"), classes, root)


def mean_and_sd(images: Images) -> tuple[float, float]:
    """Mean and standard deviation over all pixels, exact: sums of integers."""
    total = squares = pixels = 0
    for start in range(0, len(images), CHUNK):
        batch = images.batch(np.arange(start, min(start + CHUNK, len(images)))).astype(np.uint64)
        total += int(batch.sum())
        squares += int((batch * batch).sum())
        pixels += batch.size
    mean = total / pixels
    return mean, float(np.sqrt(max(squares / pixels - mean**2, 1e-6)))
