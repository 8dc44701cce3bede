"""List the images of one training set: `python -m stages.assemble real-0`."""

import sys
from pathlib import Path

import pandas as pd

from stages.common.arrays import read_images
from stages.common.base.arguments import arguments
from stages.common.base.errors import InputError, run
from stages.common.base.files import read_json, write_parquet
from stages.common.base.origin import MEASURED
from stages.common.base.parameters import Block, read_parameters
from stages.common.draw import draw
from stages.common.params.assemble import Assemble
from stages.common.params.classes import Classes

SYNTHETIC = Path("data/synthetic")
COLUMNS = ["array", "row", "class", "synthetic", "particle_id", "simulated"]


class Parameters(Block):
    """What this script reads of params.yaml."""

    seed: int
    classes: Classes
    assemble: Assemble


def real_rows(splits: pd.DataFrame, label: str, platform: str, count: int, seed: int) -> pd.DataFrame:
    """The first `count` training images of `label`; all of them, with a word, where there are fewer."""
    rows = draw(splits, label, platform, "train", count, seed)
    if rows.empty:
        raise InputError(f"no training image of {label} on platform {platform}: see metrics/split.json")
    if len(rows) < count:
        print(f"{label}: {count} real images were asked for; the training split holds {len(rows)}", file=sys.stderr)
    return rows.assign(array="data/normalized/" + rows["run"] + ".npy", synthetic=False)[COLUMNS]


def synthetic_rows(label: str, count: int) -> pd.DataFrame:
    """The first `count` synthetic images of `label`, simulated if what their generator learnt was."""
    path = SYNTHETIC / f"{label}.npy"
    simulated = read_json(path.with_suffix(".json"))["data"] != MEASURED
    there = len(read_images(path))
    if there < count:
        raise InputError(f"{path}: {count} synthetic images of {label} were asked for, {there} were generated")
    return pd.DataFrame(
        {
            "array": path.as_posix(),
            "row": range(count),
            "class": label,
            "synthetic": True,
            "particle_id": None,
            "simulated": simulated,
        }
    )


def main() -> None:
    params = read_parameters(Parameters)
    (name,) = arguments("stages.assemble", "training set")
    if name not in params.assemble.datasets:
        raise InputError(
            f"{name!r} is not in `assemble` of params.yaml; there are: {', '.join(params.assemble.datasets)}"
        )
    dataset = params.assemble.datasets[name]
    platform = params.assemble.platform_of(dataset)
    real, synthetic = dataset.real(params.classes), dataset.generated(params.classes)
    splits = pd.read_parquet("data/splits.parquet")
    parts = []
    for label in params.classes.names:
        if label in real:
            parts.append(real_rows(splits, label, platform, real[label], params.seed))
        if label in synthetic:
            parts.append(synthetic_rows(label, synthetic[label]))
    write_parquet(
        f"data/datasets/{name}.parquet", pd.concat(parts, ignore_index=True).astype({"particle_id": "string"})
    )


if __name__ == "__main__":
    run(main)
