"""Recall between diameters, counted by hand."""

import numpy as np
import pandas as pd

from stages.classify.evaluating.answers import Answers
from stages.classify.evaluating.sizes import diameters, recall_by_size
from stages.common.base.files import write_parquet

LABEL = np.array([0, 0, 0, 0, 1, 1])
RIGHT = np.array([True, False, True, True, True, False])
ANSWERS = Answers(
    ["protein", "oil"],
    LABEL,
    np.eye(2)[np.where(RIGHT, LABEL, 1 - LABEL)],
    np.full(6, "r"),
)


def test_each_particle_is_counted_in_its_bin():
    found = recall_by_size(ANSWERS, "abd_um", np.array([1.5, 2.0, 4.9, 30.0, np.nan, 5.0]), [2, 5])
    assert found["diameter"] == "abd_um" and found["without_diameter"] == 1
    protein = found["classes"]["protein"]
    assert {name: (each["particles"], each["value"]) for name, each in protein.items()} == {
        "below_2_um": (1, 1.0),
        "2_to_5_um": (2, 0.5),
        "at_least_5_um": (1, 1.0),
    }
    assert {name: each["value"] for name, each in found["classes"]["oil"].items()} == {"at_least_5_um": 0.0}


def test_a_platform_without_diameters_says_so():
    assert recall_by_size(ANSWERS, None, np.full(6, np.nan), [2, 5]) == {"note": "no diameter was reported"}


def test_diameters_come_from_the_row_of_each_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for run, sizes in {"a": [1.0, 2.0, 3.0], "b": [4.0, None]}.items():
        table = pd.DataFrame({"abd_um": pd.Series(sizes, dtype=float), "ecd_um": np.nan, "esd_um": 9.0})
        write_parquet(f"data/normalized/{run}.parquet", table)
    particles = pd.DataFrame({"run": ["b", "a", "b", "a"], "row": [0, 2, 1, 0]}, index=[7, 3, 5, 1])
    column, sizes = diameters(particles)
    assert column == "abd_um"
    np.testing.assert_array_equal(sizes, [4.0, 3.0, np.nan, 1.0])
