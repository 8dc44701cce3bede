"""The stage as it is run: a mixed set of real and generated images."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from stages.assemble.__main__ import main
from stages.common.arrays import write_images
from stages.common.base.files import write_json, write_parquet

CLASSES = ["protein", "oil", "air"]


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """Twenty training images of each class; six generated ones of oil and of air."""
    monkeypatch.chdir(tmp_path)
    names = [f"{label}{number}" for label in CLASSES for number in range(20)]
    splits = pd.DataFrame({"particle_id": names, "class": np.repeat(CLASSES, 20), "row": [*range(20)] * 3})
    write_parquet("data/splits.parquet", splits.assign(run="r", platform="A", split="train", simulated=False))
    for label in ("oil", "air"):
        write_images(f"data/synthetic/{label}.npy", np.zeros((6, 4, 4), np.uint8), (6, 4, 4))
        write_json(f"data/synthetic/{label}.json", {"data": "simulated"})
    real = {"real-1": {"majority": 9, "minority": {"oil": 3, "air": 2}}}
    mixed = {"mixed-1": {"majority": 9, "minority": {"oil": 3}, "synthetic": {"oil": 4, "air": 5}}}
    classes = {"majority": CLASSES[0], "minority": CLASSES[1:]}
    params = {"seed": 1, "classes": classes, "assemble": {"platform": "A", "real": real, "mixed": mixed}}
    Path("params.yaml").write_text(yaml.safe_dump(params))


def counts(name: str, monkeypatch) -> dict[tuple[str, bool], int]:
    """Images by class, and whether they are synthetic."""
    monkeypatch.setattr(sys, "argv", ["assemble", name])
    main()
    return pd.read_parquet(f"data/datasets/{name}.parquet").groupby(["class", "synthetic"]).size().to_dict()


def test_a_set_holds_what_its_parameters_say(workspace, monkeypatch):
    real = {("protein", False): 9, ("oil", False): 3, ("air", False): 2}
    assert counts("real-1", monkeypatch) == real
    del real["air", False]
    assert counts("mixed-1", monkeypatch) == real | {("oil", True): 4, ("air", True): 5}


def test_the_mixed_set_has_the_same_real_images_as_the_real_one(workspace, monkeypatch):
    for name in ("real-1", "mixed-1"):
        counts(name, monkeypatch)
    first, second = (pd.read_parquet(f"data/datasets/{name}.parquet") for name in ("real-1", "mixed-1"))
    drawn = second.loc[~second["synthetic"], "particle_id"]
    assert set(drawn) == set(first.loc[first["class"] != "air", "particle_id"])
    assert second.loc[second["synthetic"], "particle_id"].isna().all()
    assert (second["simulated"] == second["synthetic"]).all() and not first["simulated"].any()
    assert set(second["array"]) == {"data/normalized/r.npy", "data/synthetic/oil.npy", "data/synthetic/air.npy"}
