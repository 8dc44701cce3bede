"""From what a reader hands back to the contract's tables."""

import functools

import numpy as np
import pandas as pd
import pyarrow as pa

from stages.common.particles import PARTICLES, particle_id
from stages.reading.exports.rows.export import Piece, Reject
from stages.reading.exports.rows.names import Names
from stages.reading.exports.sheet.row import SheetRow


def without_duplicates(piece: Piece, names: Names) -> Piece:
    """The piece without the particles whose name an earlier row of the run has; they are listed as rejected."""
    particles = piece.particles
    lines = particles.get("source_line", pd.Series(0, index=particles.index)).to_numpy(np.int64)
    earlier = names.earlier(particles["source_id"].tolist(), lines)
    if not earlier:
        return piece
    rejects = list(piece.rejects)
    for position, line in sorted(earlier.items()):
        row = particles.iloc[position]
        first = f"the particle on line {line}" if line else "an earlier particle"
        reason = f"{row['source_id']} is the name of {first} already"
        rejects.append(Reject(row["source_file"], row.get("source_line"), "particle", reason))
    kept = np.setdiff1d(np.arange(len(particles)), list(earlier))
    aliases = [piece.aliases[i] for i in kept] if piece.aliases else []
    return Piece(
        particles.iloc[kept].reset_index(drop=True),
        piece.images.kept(kept),
        rejects,
        piece.rows_read,
        piece.warned,
        aliases,
    )


def particle_table(row: SheetRow, facts: dict, piece: Piece, labels: list[str | None]) -> pa.Table:
    """The piece's particles as Arrow table of the contract. A particle's own label goes before the run's."""
    particles, images = piece.particles, piece.images
    own = particles["class"] if "class" in particles else [row.label] * len(particles)
    columns = {name: particles[name] for name in particles if name in PARTICLES.names}
    same = {"run": row.run, "platform": row.platform, "sample": row.sample, "role": row.role}
    same["simulated"] = facts["simulated"]
    columns |= {name: pa.repeat(pa.scalar(value), len(particles)) for name, value in same.items()}
    columns |= {
        "particle_id": list(map(functools.partial(particle_id, row.run), particles["source_id"])),
        "class": [label or common for label, common in zip(labels, own, strict=True)],
        "image": images.arrow(),
        **images.shapes(),
    }
    arrays = [_array(columns.get(field.name), field, len(particles)) for field in PARTICLES]
    return pa.Table.from_arrays(arrays, schema=PARTICLES)


def _array(values, field: pa.Field, length: int) -> pa.Array:
    if values is None:
        return pa.nulls(length, field.type)
    return values if isinstance(values, pa.Array) else pa.array(values, type=field.type, from_pandas=True)
