"""Train one network on one dataset over the grid: `python -m stages.classify.training real-0 resnet18`.

The selection split chooses the cell; validation particles are never read. Run the same command again after an
interruption: finished cells are kept.
"""

import json
from dataclasses import asdict
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
from safetensors.numpy import load_file, save_file

from stages.classify.data.images import Images, listed, mean_and_sd, of_particles
from stages.classify.training.cell import Task, export_cell, train_cell
from stages.classify.training.grid import SETTINGS, Cell, cells_of, chosen
from stages.classify.training.jobs import run_all
from stages.common.base.arguments import arguments
from stages.common.base.errors import InputError, run
from stages.common.base.files import read_json, replacing, replacing_folder, write_csv
from stages.common.base.origin import origin_of
from stages.common.base.parameters import Block, read_parameters
from stages.common.names import classifier_name
from stages.common.params.assemble import BALANCING, Assemble
from stages.common.params.classes import Classes
from stages.common.params.classify import Classify, NetworkName
from stages.common.unfinished.key import key_of
from stages.common.unfinished.scratch import scratch

SPLITS = Path("data/splits.parquet")
STAGE = "train_real"  # in dvc.yaml; train_mixed loads the same code


class Parameters(Block):
    """What this script reads of params.yaml."""

    seed: int
    classes: Classes
    assemble: Assemble
    classify: Classify


def platform_of(manifest: pd.DataFrame, splits: pd.DataFrame) -> str:
    """The platform whose particles the dataset holds."""
    platforms = splits.loc[splits["particle_id"].isin(manifest["particle_id"].dropna()), "platform"].unique()
    if len(platforms) != 1:
        raise InputError(f"expected particles of one platform in the dataset, found {sorted(platforms) or 'none'}")
    return platforms[0]


def counts_of(manifest: pd.DataFrame, classes: list[str]) -> dict[str, dict[str, int]]:
    """Real and synthetic images of each class."""
    kinds = {"real": manifest[~manifest["synthetic"]], "synthetic": manifest[manifest["synthetic"]]}
    return {kind: {name: int((rows["class"] == name).sum()) for name in classes} for kind, rows in kinds.items()}


def log_prior(task: Task) -> list[float]:
    """Logarithms of the classes' shares as the training weighs them: equal where a method makes up for them."""
    counts = np.bincount(task.training.label, minlength=len(task.classes))
    balanced = any(name in BALANCING for name in task.methods)
    return np.log(np.full(len(counts), 1 / len(counts)) if balanced else counts / counts.sum()).tolist()


def selection_particles(splits: pd.DataFrame, platform: str, classes: list[str]) -> pd.DataFrame:
    """The particles that choose the cell; every class must be among them."""
    particles = splits[
        (splits["split"] == "selection") & (splits["platform"] == platform) & splits["class"].isin(classes)
    ]
    if missing := [name for name in classes if name not in set(particles["class"])]:
        raise InputError(
            f"no particle of {', '.join(missing)} in the selection split of platform {platform}: "
            "give split.fractions.selection in params.yaml a larger share"
        )
    return particles


def dataset_task(
    manifest: pd.DataFrame,
    splits: pd.DataFrame,
    dataset: str,
    architecture: NetworkName,
    params: Parameters,
    folder: Path,
) -> Task:
    """What the cells need to know."""
    classes = [name for name in params.classes.names if name in set(manifest["class"])]
    training = listed(manifest, classes, Path.cwd())
    mean, sd = mean_and_sd(training)
    particles = selection_particles(splits, platform_of(manifest, splits), classes)
    return Task(
        architecture=architecture,
        classes=classes,
        training=training,
        selection=of_particles(particles, classes, Path.cwd()),
        mean=mean,
        sd=sd,
        settings=params.classify.architectures[architecture].training,
        methods=params.assemble.datasets[dataset].methods,
        seed=params.seed,
        folder=folder,
    )


def trained(task: Task, cells: list[Cell], name: str, workers: int) -> list[dict]:
    """Train the cells that aren't finished; return all records."""
    todo = [cell for cell in cells if not task.record_of(cell).exists()]
    jobs = [joblib.delayed(train_cell)(task, cell) for cell in todo]
    if jobs:
        run_all(jobs, f"train {name}", workers, done=len(cells) - len(todo))
    return [read_json(task.record_of(cell)) for cell in cells]


def metadata_of(task: Task, row: dict, about: dict[str, str]) -> dict[str, str]:
    """What a user of the file needs; the same in safetensors and ONNX."""
    return {
        "architecture": task.architecture,
        "classes": ",".join(task.classes),
        "mean": repr(task.mean),
        "sd": repr(task.sd),
        "cell": json.dumps({name: row[name] for name in [*SETTINGS, "repeat"]}),
        "selection": json.dumps({name: row[name] for name in ["macro_recall", "macro_auprc"]}),
        **about,
    }


def write_models(task: Task, best: pd.DataFrame, about: dict[str, str], folder: Path, workers: int) -> None:
    """The best seed of the chosen settings as model.*, the other seeds as repeats/<number>.onnx."""
    jobs = []
    for place, row in enumerate(best.to_dict("records")):
        cell = Cell(*(row[name] for name in [*SETTINGS, "repeat"]))
        metadata = metadata_of(task, row, about)
        if place == 0:
            path = folder / "model.onnx"
            with replacing(folder / "model.safetensors") as temporary:
                # One entry: safetensors writes several in an order that changes from process to process.
                settings = {"settings": json.dumps(metadata, sort_keys=True)}
                save_file(load_file(task.weights_of(cell)), temporary, metadata=settings)
        else:
            path = folder / "repeats" / f"{cell.repeat}.onnx"
            path.parent.mkdir(exist_ok=True)
        jobs.append(joblib.delayed(export_cell)(task, cell, path.resolve(), edge_of(task.training), metadata))
    run_all(jobs, "export", workers)


def edge_of(images: Images) -> int:
    return images.batch(np.zeros(1, int)).shape[-1]


def main() -> None:
    params = read_parameters(Parameters)
    dataset, architecture = arguments("stages.classify.training", "training set", "architecture")
    if architecture not in params.classify.architectures:
        known = ", ".join(params.classify.architectures)
        raise InputError(f"{architecture!r} is not in `classify.architectures` of params.yaml, which has {known}")
    manifest_path = Path(f"data/datasets/{dataset}.parquet")
    if dataset not in params.assemble.datasets or not manifest_path.is_file():
        raise InputError(f"{manifest_path}: not there; is it one of `assemble`? `dvc repro` lists its images")
    manifest, splits = pd.read_parquet(manifest_path), pd.read_parquet(SPLITS)
    how = params.classify.architectures[architecture]
    cells = cells_of(how.grid, how.training.repeats)
    name = classifier_name(dataset, architecture)
    settings = {
        "seed": params.seed,
        "classes": params.classes.names,
        "how": how.model_dump(),
        "methods": params.assemble.datasets[dataset].methods,
    }
    inputs = [manifest_path, SPLITS, *sorted(manifest["array"].unique())]
    with scratch(key_of(STAGE, name, settings, inputs)) as kept:
        task = dataset_task(manifest, splits, dataset, architecture, params, kept.resolve())
        records = trained(task, cells, name, params.classify.workers)
        table = pd.DataFrame(records).drop(columns="history")
        about = {
            "dataset": dataset,
            "platform": platform_of(manifest, splits),
            "origin": origin_of(manifest),
            "training": json.dumps(counts_of(manifest, task.classes)),
            "methods": ",".join(task.methods),
            "log_prior": json.dumps(log_prior(task)),
        }
        with replacing_folder(f"models/classifiers/{name}") as folder:
            write_models(task, chosen(table), about, folder, params.classify.workers)
            write_csv(folder / "grid.csv", table)
            write_csv(folder / "history.csv", history_of(cells, records))


def history_of(cells: list[Cell], records: list[dict]) -> pd.DataFrame:
    """The loss of every cell, in rows."""
    parts = [
        pd.DataFrame({**asdict(cell), **row} for row in record["history"])
        for cell, record in zip(cells, records, strict=True)
    ]
    return pd.concat(parts, ignore_index=True)


if __name__ == "__main__":
    run(main)
