"""All that is kept of a run while its particles go by: rows and probabilities of all, images of few."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stages.common.particles import size_column
from stages.predict.answering.ahead import one_ahead
from stages.predict.answering.part import DIAMETERS, MEASURED, Part
from stages.predict.answering.particles import Said, particle_columns, particle_table, said_of
from stages.predict.answering.shown import UNKNOWN, Gallery, Shown, numbers_of
from stages.predict.model.model import Model
from stages.predict.unknown.likened import Likened, joined


@dataclass(frozen=True)
class Seen:
    """particles: a row each, with an image or without. Of the n with an image: probabilities (n, C); diameter (n,) in
    um of the column sized_by, NaN where untold; likened, how they are held against known ones. shown: by class."""

    particles: pa.Table
    probabilities: np.ndarray
    sized_by: str | None
    diameter: np.ndarray
    likened: Likened
    shown: dict[str, Gallery]


def look(parts: Iterable[Part], model: Model) -> Seen:
    """What the model says of a run's particles, which come in parts, one at least."""
    tables, probabilities, likened, shown = [], [], [], Shown()
    for part in one_ahead(parts):
        pictured = part.rows.filter(pa.array(part.seen))
        said = said_of(part.images, pictured.select(list(MEASURED)).to_pandas(), model)
        table = particle_table(part, particle_columns(said, model.manifest.classes))
        tables.append(table)
        probabilities.append(said.probabilities)
        likened.append(said.likened)
        _show(shown, table.filter(pa.array(part.seen)), said, part.images, model.manifest.classes)
    particles = pa.concat_tables(tables).combine_chunks()
    column = sized_by(particles, model.manifest.diameter)
    diameter = _diameters(particles.filter(pc.is_valid(particles["class"])), column)
    return Seen(particles, np.concatenate(probabilities), column, diameter, joined(likened), shown.galleries)


def _show(shown: Shown, rows: pa.Table, said: Said, images: np.ndarray, classes: list[str]) -> None:
    """Keep some of each class, and of those that are unlike all known particles the most unlike ones."""
    numbers = numbers_of(rows["particle_id"].to_pylist())
    groups = {name: (said.called == number, 1 - said.probabilities[:, number]) for number, name in enumerate(classes)}
    for name, (own, doubt) in (groups | {UNKNOWN: (said.unknown, said.likened.unlikeness)}).items():
        places = np.flatnonzero(own)
        shown.add(name, Gallery(rows.take(places), doubt[places], numbers[places], images[places]))


def sized_by(particles: pa.Table, wanted: str | None) -> str | None:
    """The diameter that counts go by: `wanted`, as the network's training runs have it, else the run's own; None where
    it reports none."""
    reported = {name: particles[name].null_count < len(particles) for name in DIAMETERS}
    if wanted is not None and (reported[wanted] or not len(particles)):
        return wanted
    return size_column(reported) if any(reported.values()) else None


def _diameters(rows: pa.Table, column: str | None) -> np.ndarray:
    """um, NaN where it isn't told."""
    if column is None:
        return np.full(len(rows), np.nan)
    return rows[column].to_numpy(zero_copy_only=False).astype(float)
