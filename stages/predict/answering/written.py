"""The tables of an answer as files."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from stages.common.base.files import replacing

DECIMALS = 4  # of numbers in a CSV


def write_particles(path: Path, particles: pa.Table) -> None:
    """As Parquet."""
    with replacing(path) as temporary:
        pq.write_table(particles, temporary, compression="zstd", compression_level=1)


def write_particles_csv(path: Path, particles: pa.Table) -> None:
    """The same as CSV, numbers to DECIMALS places."""
    for place, field in enumerate(particles.schema):
        if pa.types.is_floating(field.type):
            rounded = pc.round(particles[field.name], DECIMALS).cast(pa.float32())
            particles = particles.set_column(place, field.name, rounded)
    with replacing(path) as temporary:
        pyarrow.csv.write_csv(particles, temporary)
