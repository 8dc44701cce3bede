"""A run folder, or a run's table, outside of any sample sheet: read, normalized and handed on in parts."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from stages.common.base.errors import InputError
from stages.common.params.normalize import Normalize
from stages.common.particles import PARTICLES
from stages.predict.answering.part import COLUMNS, Facts, Part
from stages.predict.folders.given import Given, row_of
from stages.reading.exports.files.packed import Packed
from stages.reading.exports.readers import READERS, read, with_format
from stages.reading.exports.rows.concentration import no_concentration
from stages.reading.exports.rows.export import Export, Reject
from stages.reading.exports.rows.names import Names
from stages.reading.exports.rows.particles import particle_table, without_duplicates
from stages.reading.exports.sheet.row import SheetRow, contradictions
from stages.reading.normalizing.squares import squares


@dataclass
class Run:
    """A run that is being read. `parts` can be taken once; `facts` are known after the last one, and `rejects` too."""

    row: SheetRow
    export: Export
    normalize: Normalize
    seed: int
    rejects: list[Reject] = field(default_factory=list)
    rows_read: int = 0
    without_image: int = 0

    def parts(self) -> Iterator[Part]:
        """The run's particles in its order. Raises InputError when the run as a whole can't be read."""
        names = Names()
        yield self._empty()  # a run without a particle has an answer too
        for piece in self.export.pieces:
            piece = without_duplicates(piece, names)
            rows = particle_table(self.row, self.export.facts, piece, [None] * len(piece.particles))
            self.rejects += piece.rejects
            self.rows_read += piece.rows_read
            self.without_image += int(np.count_nonzero(~piece.images.there))
            yield Part(rows.select(list(COLUMNS)), piece.images.there, self._normalized(piece.images, rows))

    def _empty(self) -> Part:
        edge = self.normalize.edge_px
        none = PARTICLES.empty_table().select(list(COLUMNS))
        return Part(none, np.zeros(0, bool), np.empty((0, edge, edge), np.uint8))

    def facts(self) -> Facts:
        told = self.export.facts | self.export.close(self.rows_read).facts
        self.export.sources.digest()  # refuses files that changed meanwhile
        none = no_concentration(told, self.rows_read, self.row.edited)
        return Facts(
            run=self.row.run,
            platform=self.row.platform,
            sample=self.row.sample,
            role=self.row.role,
            simulated=told["simulated"],
            imaged_ml=None if none else told["imaged_ml"],
            dilution=told["dilution"],
            rejected=len(self.rejects),
            without_image=self.without_image,
            no_concentration=none,
            known=False,
        )

    def _normalized(self, images: Packed, rows: pa.Table) -> np.ndarray:
        seen = images.there
        shapes = np.stack([images.heights, images.widths, images.channels], axis=1).astype(np.int64)[seen]
        pixel_um = rows["pixel_um"].to_numpy()[seen]
        names = rows["particle_id"].filter(pa.array(seen)).to_pylist()
        content = np.frombuffer(images.content, np.uint8)
        return squares(content, shapes, pixel_um, names, self.normalize, self.seed)


def open_run(path: Path, name: str, given: Given, normalize: Normalize, seed: int) -> Run:
    """The run at `path`, a folder or a table, which is called `name`. Raises InputError when its format isn't
    recognised, or when something that must be given is missing."""
    if not path.exists():
        raise InputError("not there; name a run's folder, or its table")
    path = path.resolve()
    row = with_format(row_of(path.name, name, given), path.parent)
    for column, what in contradictions(row, list(READERS), labelled=True):
        raise InputError(f"column {column}: {what}")
    row = row.model_copy(update={"platform": row.format})
    return Run(row, read(row, path.parent), normalize, seed)
