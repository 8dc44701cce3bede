"""Normalize every ingested run's pictures: `python -m stages.normalize`."""

from collections.abc import Iterator
from pathlib import Path

import joblib
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stages.common.arrays import write_images
from stages.common.base.errors import InputError, run
from stages.common.base.files import replacing, replacing_folder
from stages.common.base.parameters import Block, read_parameters
from stages.common.base.progress import progress
from stages.common.params.normalize import Normalize
from stages.common.particles import SCALARS
from stages.reading.normalizing.squares import squares

INGESTED = Path("data/ingested")
NORMALIZED = Path("data/normalized")
BATCH = 2048


class Parameters(Block):
    """What this script reads of params.yaml."""

    seed: int
    normalize: Normalize


def normalized_batches(file: pq.ParquetFile, settings: Normalize, seed: int) -> Iterator[np.ndarray]:
    """The run's images in batches, in the order of its rows; a particle without one has none here."""
    columns = ["particle_id", "image", "height", "width", "channels", "pixel_um"]
    for batch in file.iter_batches(BATCH, columns=columns):
        seen = batch.filter(pc.is_valid(batch["image"]))
        if len(seen):
            yield normalized(seen, settings, seed)


def normalized(rows: pa.RecordBatch, settings: Normalize, seed: int) -> np.ndarray:
    """Ingested rows, each with an image -> uint8 (N, edge, edge)."""
    shapes = np.stack([rows[name].to_numpy() for name in ("height", "width", "channels")], axis=1).astype(np.int64)
    content = pixels_of(rows["image"])
    return squares(content, shapes, rows["pixel_um"].to_numpy(), rows["particle_id"].to_pylist(), settings, seed)


def pixels_of(images: pa.BinaryArray) -> np.ndarray:
    """The bytes of `images`, none of them null, one after another: uint8, Arrow's own memory."""
    _, offsets, content = images.buffers()
    starts = np.frombuffer(offsets, np.int32)[images.offset :]
    return np.frombuffer(content, np.uint8)[starts[0] : starts[len(images)]]


def normalize_run(source: Path, folder: Path, settings: Normalize, seed: int) -> None:
    """Write one run's images, and its table without them in the same order: of the particles that have one."""
    with pq.ParquetFile(source) as file:
        table = file.read(columns=[field.name for field in SCALARS] + ["channels"])
        table = table.filter(pc.is_valid(table["channels"])).drop_columns("channels")
        shape = (len(table), settings.edge_px, settings.edge_px)
        write_images(folder / f"{source.stem}.npy", normalized_batches(file, settings, seed), shape)
    with replacing(folder / f"{source.stem}.parquet") as temporary:
        pq.write_table(table, temporary, compression="zstd")


def main() -> None:
    params = read_parameters(Parameters)
    runs = sorted(path for path in INGESTED.glob("*.parquet") if path.name != "runs.parquet")
    if not runs:
        raise InputError(f"{INGESTED}: not there, or without a run; `dvc repro` runs ingest first")
    with replacing_folder(NORMALIZED) as folder:
        jobs = (joblib.delayed(normalize_run)(path, folder, params.normalize, params.seed) for path in runs)
        done = joblib.Parallel(n_jobs=-1, return_as="generator")(jobs)
        list(progress(done, "normalize", total=len(runs)))


if __name__ == "__main__":
    run(main)
