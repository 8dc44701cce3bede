"""A packed network for other programs: crops of particles in, a table of answers out."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from stages.common.base.errors import InputError
from stages.predict.answering.part import MEASURED, MOST
from stages.predict.answering.particles import particle_columns, said_of
from stages.predict.model.model import read_model
from stages.reading.exports.files.packed import Packed, packed
from stages.reading.normalizing.squares import squares


class Classifier:
    """The network in a model folder. Raises InputError when a byte of the folder has changed since it was packed."""

    def __init__(self, path: str | Path = "models/classifier") -> None:
        self._model = read_model(path)
        self.classes = self._model.manifest.classes

    def predict(self, images: Sequence[np.ndarray], pixel_um: float | None = None) -> pd.DataFrame:
        """A row for each of `images`, crops of single particles: uint8 (H, W) or (H, W, 3), each of its own size.

        Columns: class, the most probable one; probability, of it, and p_<class> of each, calibrated, where all classes
        are alike frequent; set, the classes that it may be; review, whether nothing sure can be said;
        unlikeness, to all known particles, and unknown, whether that is too much. pixel_um: um for
        each pixel, which only `normalize.fit: fixed_scale` needs. Raises InputError that names the image that is none.
        """
        settings = self._model.manifest.normalize
        if settings.fit == "fixed_scale" and pixel_um is None:
            raise InputError("this network looks at images of one scale; give pixel_um")
        for number, image in enumerate(images):
            _refuse(image, number)
        parts = [images[start : start + MOST] for start in range(0, max(len(images), 1), MOST)]
        tables = [
            pa.table(self._answers(packed(part), pixel_um or np.nan, start * MOST)) for start, part in enumerate(parts)
        ]
        return pa.concat_tables(tables).to_pandas()

    def _answers(self, images: Packed, pixel_um: float, first: int) -> dict[str, pa.Array]:
        settings, seed = self._model.manifest.normalize, self._model.manifest.seed
        shapes = np.stack([images.heights, images.widths, images.channels], axis=1).astype(np.int64)
        names = [str(first + number) for number in range(len(images))]
        content = np.frombuffer(images.content, np.uint8)
        normalized = squares(content, shapes, np.full(len(images), pixel_um), names, settings, seed)
        unmeasured = pd.DataFrame(np.nan, index=range(len(images)), columns=list(MEASURED))
        return particle_columns(said_of(normalized, unmeasured, self._model), self.classes)


def _refuse(image: np.ndarray, number: int) -> None:
    """Raises InputError unless `image` is a crop."""
    right = isinstance(image, np.ndarray) and image.dtype == np.uint8 and image.size
    if not right or not (image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 3)):
        found = f"{image.dtype} {image.shape}" if isinstance(image, np.ndarray) else type(image).__name__
        raise InputError(f"image {number}: {found} where uint8 (height, width) or (height, width, 3) is expected")
