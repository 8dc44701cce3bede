import numpy as np
import pandas as pd
import pytest

from stages.common.base.errors import InputError
from stages.compare.classes.called import FEWEST, called_of, read_called

CLASSES = ["protein", "oil"]


def particles(*groups):
    """(run, class or None, called, diameters)."""
    tables = [
        pd.DataFrame({"run": run, "class": label, "called": called, "abd_um": np.asarray(um, float)})
        for run, label, called, um in groups
    ]
    return pd.concat(tables, ignore_index=True)


def test_each_bin_has_the_particles_of_its_size():
    table = particles(
        ("known", "protein", "protein", [3.0] * 30),
        ("known", "protein", "oil", [3.0] * 10),
        ("known", "protein", "protein", [6.0] * 25),
        ("known", "oil", "oil", [4.0] * 22),
        ("known", "oil", "oil", [7.0] * 21),
        ("sample-1", None, "protein", [2.0, 4.999, 5.0, 30.0]),
        ("sample-1", None, "oil", [1.0, 3.0, np.nan]),
    )
    own = called_of(table, "abd_um", CLASSES, [5, 2])
    assert own.matrices.tolist() == [[[30, 10], [0, 22]], [[25, 0], [0, 21]]]
    assert own.known.tolist() == [65, 43]
    assert own.calls["sample-1"].tolist() == [[2, 1], [2, 0]]
    assert own.sized == {"sample-1": 6}


def test_a_bin_with_few_takes_those_nearest_in_size():
    table = particles(
        ("known", "protein", "protein", np.linspace(2, 4, 40)),
        ("known", "oil", "oil", np.linspace(2, 3, 30)),
        ("known", "oil", "protein", [8.0] * 5),
    )
    own = called_of(table, "abd_um", CLASSES, [2, 6])
    assert own.matrices[1].sum(axis=1).tolist() == [FEWEST, FEWEST]
    assert own.matrices[1][1].tolist() == [5, FEWEST - 5]
    assert own.matrices[0].sum(axis=1).tolist() == [40, 30]


def test_a_run_without_particles_of_these_sizes_has_none():
    own = called_of(particles(("empty", None, "oil", [0.5])), "abd_um", CLASSES, [2])
    assert own.calls["empty"].tolist() == [[0, 0]]


def test_a_missing_file_names_the_mend(tmp_path):
    with pytest.raises(InputError, match="dvc repro call"):
        read_called(tmp_path / "A.parquet", "abd_um", CLASSES, [2])
