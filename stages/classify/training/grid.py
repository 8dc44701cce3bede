"""The grid of training settings, and the choice of one."""

import itertools
from dataclasses import dataclass

import pandas as pd

from stages.common.base.errors import InputError
from stages.common.params.classify import Grid

SETTINGS = ["optimizer", "lr", "weight_decay", "batch"]


@dataclass(frozen=True)
class Cell:
    """One training run: a point of the grid and the number of its seed."""

    optimizer: str
    lr: float
    weight_decay: float
    batch: int
    repeat: int

    @property
    def name(self) -> str:
        return f"{self.optimizer}-lr{self.lr:g}-wd{self.weight_decay:g}-batch{self.batch}-repeat{self.repeat}"


def cells_of(grid: Grid, repeats: int) -> list[Cell]:
    """Every combination, `repeats` times."""
    return [
        Cell(*combination)
        for combination in itertools.product(grid.optimizer, grid.lr, grid.weight_decay, grid.batch, range(repeats))
    ]


def chosen(scores: pd.DataFrame) -> pd.DataFrame:
    """The rows of the settings that do best on the selection split, best seed first.

    `scores`: a row a cell with SETTINGS, macro_recall, macro_auprc, diverged. Settings are ranked by their mean over
    seeds, so that one lucky seed doesn't choose them; by macro recall, then macro AUPRC, then their place in the grid.
    """
    if scores["diverged"].all():
        raise InputError(
            "every cell diverged: give smaller learning rates, grid.lr of the architecture in classify of params.yaml"
        )
    means = scores.groupby(SETTINGS, sort=False)[["macro_recall", "macro_auprc"]].mean()
    best = means.sort_values(["macro_recall", "macro_auprc"], ascending=False, kind="stable").index[0]
    rows = scores[(scores[SETTINGS] == list(best)).all(axis=1)]
    return rows.sort_values(["macro_recall", "macro_auprc"], ascending=False, kind="stable")
