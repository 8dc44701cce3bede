"""Which particles are called: those of known class that no network learnt from, and all of the parallel samples."""

from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.arrays import read_images
from stages.compare.calling.network import Network

UNLEARNT = ("selection", "validation")  # splits that the networks did not learn from
NORMALIZED = Path("data/normalized")
COLUMNS = ["particle_id", "run", "sample", "class", "called", "abd_um", "ecd_um", "esd_um"]


def known_places(splits: pd.DataFrame, platform: str) -> dict[str, pd.Series]:
    """Run -> the class of each of its particles of the UNLEARNT splits, by row in data/normalized."""
    own = splits[(splits["platform"] == platform) & splits["split"].isin(UNLEARNT)]
    return {run: rows.set_index("row")["class"] for run, rows in own.groupby("run", sort=True)}


def called_particles(runs: pd.DataFrame, splits: pd.DataFrame, platform: str, network: Network) -> pd.DataFrame:
    """COLUMNS, a row a particle with a picture: `class` is null where it isn't known, `called` what the network says.

    `runs` and `splits` as ingest and split write them.
    """
    parallel = runs[(runs["platform"] == platform) & (runs["role"] == "parallel")]
    tables = [_called(run, classes, network) for run, classes in known_places(splits, platform).items()]
    tables += [_called(run, None, network) for run in sorted(parallel["run"])]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=COLUMNS)


def _called(run: str, classes: pd.Series | None, network: Network) -> pd.DataFrame:
    """Of the rows that are the index of `classes`, or of all where no class is known."""
    table = pd.read_parquet(NORMALIZED / f"{run}.parquet")
    places = np.arange(len(table)) if classes is None else classes.index.to_numpy()
    called = network.called(read_images(NORMALIZED / f"{run}.npy")[places])
    known = None if classes is None else classes.to_numpy()
    own = table.iloc[places].assign(**{"class": known, "called": np.array(network.classes)[called]})
    return own[COLUMNS].astype({"class": "string", "called": "string"})
