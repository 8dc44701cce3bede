"""What a reader hands back, whatever the format."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Reject:
    """A row that was refused. `line` is 1-based; None where the rows are files."""

    file: str
    line: int | None
    column: str
    reason: str


@dataclass(frozen=True)
class Survey:
    """What a run's tables tell before any image is decoded.

    rows: read; refused: of these, the ones that the table alone refuses. pixel_um and imaged_ml: None where untold.
    files: images that the rows name; missing: those of them that aren't there.
    """

    rows: int
    refused: int
    software: str | None
    pixel_um: float | None
    imaged_ml: float | None
    simulated: bool
    files: int
    missing: list[str]


@dataclass
class Export:
    """A run as its reader read it.

    particles: one row for each accepted particle, columns of stages.common.particles.SCALARS that the format has.
    images: uint8 (H, W) or (H, W, 3), in the order of `particles`.
    facts: columns of stages.common.particles.RUNS that the export (or, in its place, the sheet) tells.
    aliases: other names of the particles under which labels may know them, in the order of `particles`.
    warnings: how many rows disagree with a check; they are accepted all the same.
    """

    particles: pd.DataFrame
    images: list[np.ndarray]
    rejects: list[Reject]
    rows_read: int
    facts: dict
    aliases: list[str] = field(default_factory=list)
    warnings: dict[str, int] = field(default_factory=dict)


def surveyed(facts: dict, rows: int, refused: int, files: int, missing: list[str]) -> Survey:
    """A survey of a run whose `facts` are those of an Export, complete or not."""
    told = {name: facts.get(name) for name in ("software", "pixel_um", "imaged_ml")}
    return Survey(rows, refused, **told, simulated=facts["simulated"], files=files, missing=missing)
