"""The runs of the sample sheet, as ingest read them and normalize brought their images to one size."""

from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from stages.common.arrays import read_images
from stages.predict.answering.part import COLUMNS, MOST, Facts, Part

INGESTED = Path("data/ingested")
NORMALIZED = Path("data/normalized")


def read_runs(known: Collection[str]) -> list[Facts]:
    """Every run, in the order of the sheet; `known`: the runs whose particles the network's known ones are."""
    table = pd.read_parquet(INGESTED / "runs.parquet")
    table = table.astype(object).where(table.notna(), None)
    return [
        Facts(
            run=row.run,
            platform=row.platform,
            sample=row.sample,
            role=row.role,
            simulated=row.simulated,
            imaged_ml=None if row.no_concentration else row.imaged_ml,
            dilution=row.dilution,
            rejected=row.rejected,
            without_image=row.without_image,
            no_concentration=row.no_concentration,
            known=row.run in known,
        )
        for row in table.itertuples()
    ]


def parts_of(run: str) -> Iterator[Part]:
    """The run's particles in its order; a run without any comes in one empty part."""
    images = read_images(NORMALIZED / f"{run}.npy")
    begin = 0
    with pq.ParquetFile(INGESTED / f"{run}.parquet") as file:
        batches = list(file.iter_batches(MOST, columns=[*COLUMNS, "channels"]))
        for rows in map(pa.Table.from_batches, ([batch] for batch in batches)):
            seen = rows["channels"].is_valid().to_numpy()
            end = begin + int(np.count_nonzero(seen))
            yield Part(rows.drop_columns("channels"), seen, images[begin:end])
            begin = end
        if not batches:
            none = file.schema_arrow.empty_table().select(list(COLUMNS))
            yield Part(none, np.zeros(0, bool), images[:0])
