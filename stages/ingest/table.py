"""From what a reader hands back to the contract's tables, counted: rows read = accepted + rejected."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from stages.common.particles import PARTICLES, RUNS, particle_id
from stages.ingest.export import Export, Reject
from stages.ingest.sheet import SheetRow

ROWS_AT_ONCE = 4096  # rows of a Parquet row group: what a later stage holds in memory when it reads in pieces


def without_duplicates(export: Export) -> Export:
    """The export without the particles whose name an earlier row has; they are listed as rejected."""
    names = export.particles["source_id"].str.casefold()
    again = names.duplicated()
    if not again.any():
        return export
    first = dict(zip(names[~again], export.particles.index[~again], strict=True))
    rejects = list(export.rejects)
    for index in np.flatnonzero(again):
        row = export.particles.loc[index]
        earlier = export.particles.loc[first[names[index]]].get("source_line")
        reason = f"{row['source_id']} is the name of the particle on line {earlier} already"
        rejects.append(Reject(row["source_file"], row.get("source_line"), "particle", reason))
    kept = np.flatnonzero(~again)
    return replace(
        export,
        particles=export.particles.iloc[kept].reset_index(drop=True),
        images=[export.images[i] for i in kept],
        aliases=[export.aliases[i] for i in kept] if export.aliases else [],
        rejects=rejects,
    )


def particle_table(row: SheetRow, export: Export, labels: list[str | None], rows: slice = slice(None)) -> pa.Table:
    """The particles (of `rows`) as Arrow table of the contract. A particle's own label goes before the run's."""
    particles, images, labels = export.particles[rows], export.images[rows], labels[rows]
    own = particles["class"] if "class" in particles else pd.Series(row.label, index=particles.index, dtype=object)
    columns = {name: particles[name] for name in particles if name in PARTICLES.names}
    columns |= {
        "particle_id": [particle_id(row.run, name) for name in particles["source_id"]],
        "run": [row.run] * len(particles),
        "platform": [row.platform] * len(particles),
        "sample": [row.sample] * len(particles),
        "role": [row.role] * len(particles),
        "class": [label or common for label, common in zip(labels, own, strict=True)],
        "simulated": [export.facts["simulated"]] * len(particles),
        "image": [image.tobytes() for image in images],
        "height": [image.shape[0] for image in images],
        "width": [image.shape[1] for image in images],
        "channels": [image.shape[2] if image.ndim == 3 else 1 for image in images],
    }
    arrays = [_array(columns.get(field.name), field, len(particles)) for field in PARTICLES]
    return pa.Table.from_arrays(arrays, schema=PARTICLES)


def run_facts(row: SheetRow, export: Export) -> dict:
    """One row of the contract's table of runs. Raises RuntimeError when a row went uncounted."""
    accepted, rejected = len(export.images), len(export.rejects)
    if not export.rows_read == accepted + rejected == len(export.particles) + rejected:
        raise RuntimeError(f"run {row.run}: {export.rows_read} rows read, {accepted} accepted, {rejected} rejected")
    facts = {
        "run": row.run,
        "platform": row.platform,
        "sample": row.sample,
        "format": row.format,
        "role": row.role,
        "class": row.label,
        "nominal_diameter_um": row.nominal_diameter_um,
        "certified_per_ml": row.certified_per_ml,
        "rows_read": export.rows_read,
        "accepted": accepted,
        "rejected": rejected,
    }
    return dict.fromkeys(RUNS.names) | facts | export.facts


def write_particles(path: Path, row: SheetRow, export: Export, labels: list[str | None]) -> Counter:
    """Write the run's particles; return how many are of each class. One row group is in memory at once as Arrow
    holds it. Images are not dictionary-encoded: no two are alike."""
    texts = [field.name for field in PARTICLES if pa.types.is_string(field.type)]
    counts: Counter = Counter()
    with pq.ParquetWriter(path, PARTICLES, compression="zstd", use_dictionary=texts) as writer:
        for start in range(0, max(len(export.images), 1), ROWS_AT_ONCE):
            table = particle_table(row, export, labels, slice(start, start + ROWS_AT_ONCE))
            writer.write_table(table, row_group_size=ROWS_AT_ONCE)
            counts.update(label for label in table["class"].to_pylist() if label is not None)
    return counts


def write_runs(path: Path, runs: list[dict]) -> None:
    pq.write_table(pa.Table.from_pylist(runs, schema=RUNS), path, compression="zstd")


def _array(values, field: pa.Field, length: int) -> pa.Array | pa.ChunkedArray:
    if values is None:
        return pa.nulls(length, field.type)
    return pa.array(values, type=field.type, from_pandas=True)
