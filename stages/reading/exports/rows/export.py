"""What a reader hands back, whatever the format: a run in pieces, so that no run needs more memory than another."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pandas as pd

from stages.reading.exports.files.packed import Packed
from stages.reading.exports.files.sources import Sources
from stages.reading.exports.rows.concentration import no_concentration

MOST_ROWS = 8192  # of a piece
MOST_PIXELS = 1 << 24  # of a piece, unless one image alone has more
IMAGES_AT_ONCE = 1024  # of a piece whose images are files of untold size


@dataclass(frozen=True)
class Reject:
    """A row that was refused. `line` is 1-based; None where the rows are files."""

    file: str
    line: int | None
    column: str
    reason: str

    def __str__(self) -> str:
        place = [self.file, f"line {self.line}" if self.line else "", f"column {self.column}" if self.column else ""]
        return f"{', '.join(filter(None, place))}: {self.reason}"


@dataclass(frozen=True)
class Mismatch:
    """Something that the export says twice and not alike. `line` is 1-based; None where no row says it."""

    file: str
    line: int | None
    column: str
    expected: str
    found: str


@dataclass
class Warned:
    """How often a check failed, and the first times it did."""

    count: int = 0
    shown: list[Mismatch] = field(default_factory=list)


@dataclass(frozen=True)
class Counted:
    """Rows of a table; how many of them it refuses itself, and the first of those."""

    read: int
    refused: int = 0
    first: Reject | None = None


@dataclass(frozen=True)
class Survey:
    """What a run's tables tell before any image is decoded.

    rows: read, and of these the ones that the table alone refuses. pixel_um and imaged_ml: None where untold.
    files: images that the rows name; missing: those of them that aren't there. notes: sentences about the run, such as
    which columns of its table are used. no_concentration: why there will be none. classes: rows of each, where the
    export itself names them.
    """

    rows: Counted
    software: str | None
    pixel_um: float | None
    imaged_ml: float | None
    files: int
    missing: list[str]
    notes: list[str] = field(default_factory=list)
    no_concentration: str | None = None
    classes: dict[str, int] = field(default_factory=dict)


@dataclass
class Piece:
    """Some rows of a run, in its order.

    particles: one row for each accepted particle, columns of stages.common.particles.SCALARS that the format has.
    images: theirs, in the order of `particles`; a particle may have none, which `warned` then tells.
    rejects: rows of which not even the particle is known. rows_read: rows accepted and rejected. warned: by check; the
    rows are accepted all the same.
    aliases: other names of the particles under which labels may know them, in the order of `particles`.
    """

    particles: pd.DataFrame
    images: Packed
    rejects: list[Reject]
    rows_read: int
    warned: dict[str, Warned] = field(default_factory=dict)
    aliases: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Closing:
    """What is known of a run only when all of it was read."""

    facts: dict = field(default_factory=dict)
    warned: dict[str, Warned] = field(default_factory=dict)


@dataclass(frozen=True)
class Export:
    """A run as its reader reads it.

    facts: columns of stages.common.particles.RUNS that the export (or, in its place, the sheet) tells.
    sources: its files. pieces: read as they are asked for, once. close: what the whole run tells, by the number of its
    rows; to be called after the last piece.
    """

    facts: dict
    sources: Sources
    pieces: Iterator[Piece]
    close: Callable[[int], Closing] = lambda rows_read: Closing()


def surveyed(facts: dict, rows: Counted, files: int, missing: list[str], notes: list[str], edited: bool) -> Survey:
    """A survey of a run whose `facts` are those of an Export, complete or not."""
    software, pixel_um, imaged_ml = (facts.get(name) for name in ("software", "pixel_um", "imaged_ml"))
    none = no_concentration(facts, rows.read, edited)
    return Survey(rows, software, pixel_um, imaged_ml, files, missing, notes, none)
