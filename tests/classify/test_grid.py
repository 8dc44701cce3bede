"""The grid's size, the choice of a cell, and the order of the images."""

import itertools

import numpy as np
import pandas as pd
import pytest

from stages.classify.training.fit import batches
from stages.classify.training.grid import SETTINGS, cells_of, chosen
from stages.classify.training.methods.every_image import every_image
from stages.classify.training.schedules import cosine
from stages.common.base.errors import InputError
from stages.common.params.classify import Grid

STUDY = Grid(
    optimizer=["adam", "adamw"],
    lr=[1e-5, 5e-4, 1e-4, 5e-3, 1e-3, 5e-2, 1e-2],
    weight_decay=[1e-5, 1e-4, 1e-3],
    batch=[32, 64, 128],
)


def test_the_studys_grid_has_126_cells_with_names_of_their_own():
    cells = cells_of(STUDY, 1)
    assert len(cells) == 126
    assert len({cell.name for cell in cells_of(STUDY, 3)}) == 378


def scores(rows: list[tuple]) -> pd.DataFrame:
    """lr, repeat, macro recall, macro AUPRC, diverged."""
    table = pd.DataFrame(rows, columns=["lr", "repeat", "macro_recall", "macro_auprc", "diverged"])
    return table.assign(optimizer="adam", weight_decay=1e-4, batch=32)[
        [*SETTINGS, "repeat", "macro_recall", "macro_auprc", "diverged"]
    ]


def test_the_mean_over_seeds_chooses_and_the_best_seed_comes_first():
    table = scores([(1e-3, 0, 0.99, 0.9, False), (1e-3, 1, 0.5, 0.9, False), (1e-4, 0, 0.8, 0.9, False)])
    table = pd.concat([table, scores([(1e-4, 1, 0.85, 0.9, False)])])
    best = chosen(table)
    assert best["lr"].tolist() == [1e-4, 1e-4]
    assert best["repeat"].tolist() == [1, 0]


def test_equal_recalls_are_told_apart_by_auprc_then_by_place():
    table = scores([(1e-3, 0, 0.9, 0.8, False), (1e-4, 0, 0.9, 0.85, False), (1e-5, 0, 0.9, 0.85, False)])
    assert chosen(table)["lr"].tolist() == [1e-4]


def test_a_grid_that_diverged_whole_is_an_error():
    with pytest.raises(InputError, match=r"grid\.lr"):
        chosen(scores([(5e-2, 0, 0.0, 0.0, True)]))


def test_every_image_is_seen_once_before_any_twice():
    drawn = np.concatenate(list(itertools.islice(batches(every_image(np.zeros(10), np.random.default_rng(1)), 4), 5)))
    assert sorted(drawn[:10]) == sorted(drawn[10:]) == list(range(10))


def test_cosine_rises_then_falls_to_zero():
    assert cosine(0.05) == pytest.approx(0.5)
    assert cosine(0.1) == pytest.approx(1.0)
    assert cosine(0.55) == pytest.approx(0.5)
    assert cosine(1.0) == pytest.approx(0.0)
