"""What a worker does: train one cell, export a trained one. Only workers load torch, which takes seconds."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from stages.classify.data.images import Images
from stages.classify.data.scores import average_precision
from stages.classify.training.grid import Cell
from stages.common.base.files import replacing, write_json
from stages.common.base.threads import one_thread
from stages.common.confusion import confusion, recalls
from stages.common.params.classify import ClassifierTraining


@dataclass(frozen=True)
class Task:
    """All that the cells of one dataset and architecture share."""

    architecture: str
    classes: list[str]
    training: Images
    selection: Images
    mean: float
    sd: float
    settings: ClassifierTraining
    methods: Sequence[str]
    seed: int
    folder: Path

    def weights_of(self, cell: Cell) -> Path:
        return self.folder / f"{cell.name}.safetensors"

    def record_of(self, cell: Cell) -> Path:
        return self.folder / f"{cell.name}.json"


def train_cell(task: Task, cell: Cell) -> None:
    """Train `cell` and keep its weights, then its scores and history: a record means that the cell is finished."""
    from stages.classify.training.export import write_weights
    from stages.classify.training.fit import Recipe, Scale, fit, probabilities

    one_thread()
    scale = Scale(task.mean, task.sd)
    recipe = Recipe(task.architecture, task.settings, task.methods)
    network, history = fit(cell, recipe, len(task.classes), task.training, scale, task.seed)
    found = probabilities(network, task.selection, scale, task.settings.precision)
    with replacing(task.weights_of(cell)) as temporary:
        write_weights(network, temporary)
    scores = selection_scores(task.selection.label, found)
    write_json(task.record_of(cell), {**asdict(cell), **scores, "history": history})


def export_cell(task: Task, cell: Cell, path: Path, edge: int, metadata: dict[str, str]) -> None:
    """Write the finished `cell` as ONNX to `path`."""
    from stages.classify.training.export import write_onnx
    from stages.classify.training.fit import Scale

    one_thread()
    write_onnx(task.weights_of(cell), path, edge, Scale(task.mean, task.sd), metadata)


def selection_scores(label: np.ndarray, found: np.ndarray) -> dict:
    """Macro recall and macro AUPRC on the selection split; both zero where the training diverged."""
    if not np.isfinite(found).all():
        return {"macro_recall": 0.0, "macro_auprc": 0.0, "diverged": True}
    classes = found.shape[1]
    recall = recalls(confusion(label, found.argmax(axis=1), classes))
    precisions = [average_precision(label == number, found[:, number]) for number in range(classes)]
    return {"macro_recall": np.mean(recall), "macro_auprc": np.mean(precisions), "diverged": False}
