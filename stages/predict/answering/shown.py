"""Particles to look at, kept while a run goes by: of each class the most doubtful and some drawn by chance."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

DOUBTFUL = 24  # of each group
DRAWN = 24
UNKNOWN = ""  # the group of particles that are unlike all known ones; no class is called so


def numbers_of(names: list[str]) -> np.ndarray:
    """Particles' names (16 hexadecimal digits, a digest) as whole numbers, uint64 (N,)."""
    return np.frombuffer(bytes.fromhex("".join(names)), ">u8").astype(np.uint64)


@dataclass(frozen=True)
class Gallery:
    """Particles of one group, the most doubtful first. rows: theirs; doubt (n,); names (n,): their numbers, by which
    equal ones are ordered; images: uint8 (n, edge, edge)."""

    rows: pa.Table
    doubt: np.ndarray
    names: np.ndarray
    images: np.ndarray

    def with_more(self, other: "Gallery") -> "Gallery":
        """Both together, of which the most doubtful and some others are kept.

        A particle's name is a digest, so the first by name are a draw, and neither the order nor the parts in which
        the particles come change which ones are kept.
        """
        rows = pa.concat_tables([self.rows, other.rows])
        doubt, names = (np.concatenate(both) for both in ((self.doubt, other.doubt), (self.names, other.names)))
        order = np.lexsort((names, -doubt))
        by_name = np.argsort(names[order[DOUBTFUL:]])
        kept = np.concatenate([order[:DOUBTFUL], order[DOUBTFUL:][np.sort(by_name[:DRAWN])]])
        images = np.stack([self.images[i] if i < len(self.doubt) else other.images[i - len(self.doubt)] for i in kept])
        return Gallery(rows.take(kept), doubt[kept], names[kept], images)


class Shown:
    """A gallery for each group of particles."""

    def __init__(self) -> None:
        self.galleries: dict[str, Gallery] = {}

    def add(self, group: str, more: Gallery) -> None:
        if not len(more.doubt):
            return
        none = Gallery(more.rows.slice(0, 0), more.doubt[:0], more.names[:0], more.images[:0])
        self.galleries[group] = self.galleries.get(group, none).with_more(more)
