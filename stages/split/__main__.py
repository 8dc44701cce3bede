"""Divide the labelled particles: `python -m stages.split`."""

from pathlib import Path

import pandas as pd

from stages.common.arrays import read_images
from stages.common.base.errors import InputError, run
from stages.common.base.files import write_json, write_parquet
from stages.common.base.origin import origin_of
from stages.common.base.parameters import Block, read_parameters
from stages.common.base.seeds import random_of
from stages.common.params.classes import Classes
from stages.common.params.split import Split
from stages.split.by_image import assign_images
from stages.split.by_run import SPLITS, assign_runs
from stages.split.leakage import images_on_two_sides, pixel_digests, runs_on_two_sides, without_copies

RUNS = Path("data/ingested/runs.parquet")
NORMALIZED = Path("data/normalized")
COLUMNS = ["particle_id", "run", "row", "platform", "class", "split", "simulated"]


class Parameters(Block):
    """What this script reads of params.yaml."""

    seed: int
    classes: Classes
    split: Split


def labelled_particles(folder: Path, classes: list[str]) -> pd.DataFrame:
    """Every labelled particle of role class, with its row in the run's array and a digest of its pixels."""
    if not folder.is_dir():
        raise InputError(f"{folder}: not there; `dvc repro` runs normalize first")
    tables = []
    for path in sorted(folder.glob("*.parquet")):
        table = pd.read_parquet(path, columns=["particle_id", "run", "platform", "role", "class", "simulated"])
        table["row"] = range(len(table))
        chosen = table[(table["role"] == "class") & table["class"].notna()]
        images = read_images(path.with_suffix(".npy"))
        tables.append(chosen.assign(digest=pixel_digests(images[chosen["row"].to_numpy()])))
    particles = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=["class"])
    if particles.empty:
        raise InputError("no labelled particle: give `class` in the sample sheet, or labels in ingest.labels")
    if unknown := sorted(set(particles["class"]) - set(classes)):
        raise InputError(f"labels {', '.join(unknown)} are not in `classes` of params.yaml ({', '.join(classes)})")
    return particles


def targets_of(settings: Split, classes: list[str]) -> pd.DataFrame:
    """Shares asked for, classes x SPLITS."""
    shares = {name: settings.classes.get(name, settings.fractions).model_dump() for name in classes}
    return pd.DataFrame.from_dict(shares, orient="index")[list(SPLITS)]


def fixed_runs(path: Path) -> dict[str, str]:
    """The split of each run for which the sample sheet fixes it."""
    runs = pd.read_parquet(path, columns=["run", "split"]).dropna()
    return dict(zip(runs["run"], runs["split"], strict=True))


def divide(
    particles: pd.DataFrame, targets: pd.DataFrame, seed: int, fixed: dict[str, str]
) -> tuple[pd.Series, list[str]]:
    """The split of each particle of one platform, and the classes that had to be divided by image. A run that is
    `fixed` goes to its split whole; the others make up for it."""
    counts = particles.groupby(["run", "class"]).size().unstack(fill_value=0)
    enough = [name for name in counts if (counts[name] > 0).sum() >= (targets.loc[name] > 0).sum()]
    split = pd.Series(index=particles.index, dtype=object)
    if enough:
        whole = counts.loc[(counts[enough] > 0).any(axis=1), enough]
        by_run = assign_runs(whole, targets, random_of(seed, "split", particles["platform"].iloc[0]), fixed)
        covered = particles["class"].isin(enough)
        split[covered] = particles.loc[covered, "run"].map(by_run)
    split = split.fillna(particles["run"].map(fixed))
    by_image = []
    for name in [name for name in counts if name not in enough]:
        rows = particles.loc[(particles["class"] == name) & split.isna(), "particle_id"]
        if len(rows):
            by_image.append(name)
            split[rows.index] = assign_images(rows, targets.loc[name], random_of(seed, "split", name))
    return split, by_image


def main() -> None:
    params = read_parameters(Parameters)
    particles = labelled_particles(NORMALIZED, params.classes.names)
    targets = targets_of(params.split, params.classes.names)
    fixed, by_image = fixed_runs(RUNS), {}
    for platform, rows in particles.groupby("platform"):
        particles.loc[rows.index, "split"], by_image[platform] = divide(rows, targets, params.seed, fixed)
    splits, copies = without_copies(particles)
    splits = splits.sort_values(["run", "row"], ignore_index=True)
    write_parquet("data/splits.parquet", splits[COLUMNS])
    write_json("metrics/split.json", summary(splits, by_image, copies, params.classes.names, fixed))


def summary(splits: pd.DataFrame, by_image: dict, copies: int, classes: list[str], fixed: dict[str, str]) -> dict:
    """Counts for each platform, split and class, which runs were `fixed`, and the proof that nothing leaks."""
    counts = splits.groupby(["platform", "split", "class"]).size()
    return {
        "data": origin_of(splits),
        "counts": {
            platform: {
                split: {name: int(counts.get((platform, split, name), 0)) for name in classes} for split in SPLITS
            }
            for platform in sorted(splits["platform"].unique())
        },
        "fixed": {part: sorted(run for run, own in fixed.items() if own == part) for part in SPLITS} if fixed else {},
        "leakage": {
            "runs_on_two_sides": len(runs_on_two_sides(splits)),
            "identical_images_on_two_sides": images_on_two_sides(splits),
            "identical_images_removed": copies,
            "classes_divided_by_image": by_image,
        },
    }


if __name__ == "__main__":
    run(main)
