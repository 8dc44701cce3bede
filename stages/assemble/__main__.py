"""List the images of one training set: `python -m stages.assemble real-0`."""

import sys
from pathlib import Path

import pandas as pd

from stages.common.arrays import read_images
from stages.common.draw import draw
from stages.common.errors import InputError, run
from stages.common.files import write_parquet
from stages.common.params import load

SYNTHETIC = Path("data/synthetic")
COLUMNS = ["array", "row", "class", "synthetic", "particle_id", "simulated"]


def real_rows(splits: pd.DataFrame, label: str, platform: str, count: int, seed: int) -> pd.DataFrame:
    """The first `count` training images of `label`; all of them, with a word, where there are fewer."""
    rows = draw(splits, label, platform, "train", count, seed)
    if rows.empty:
        raise InputError(f"no training image of {label} on platform {platform}: see metrics/split.json")
    if len(rows) < count:
        print(f"{label}: {count} real images were asked for; the training split holds {len(rows)}", file=sys.stderr)
    return rows.assign(array="data/normalized/" + rows["run"] + ".npy", synthetic=False)[COLUMNS]


def synthetic_rows(path: Path, label: str, count: int, simulated: bool) -> pd.DataFrame:
    """The first `count` synthetic images of `label`."""
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
    params = load()
    name = sys.argv[1]
    dataset = params.datasets[name]
    splits = pd.read_parquet("data/splits.parquet")
    parts = []
    for label in params.classes:
        if label in dataset.real:
            parts.append(real_rows(splits, label, dataset.platform, dataset.real[label], params.seed))
        if label in dataset.synthetic:
            learnt = splits[(splits["class"] == label) & (splits["platform"] == params.diffusion.platform)]
            simulated = bool(learnt["simulated"].any())
            parts.append(synthetic_rows(SYNTHETIC / f"{label}.npy", label, dataset.synthetic[label], simulated))
    write_parquet(
        f"data/datasets/{name}.parquet", pd.concat(parts, ignore_index=True).astype({"particle_id": "string"})
    )


if __name__ == "__main__":
    run(main)
