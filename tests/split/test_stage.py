"""The stage as it is run, on normalized runs of two platforms."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from stages.common.arrays import write_images
from stages.common.base.errors import InputError
from stages.common.base.files import read_json, write_parquet
from stages.split.__main__ import main

HALVES = {"train": 0.5, "selection": 0.2, "validation": 0.3}
RUNS = {"A": ["protein", "protein", "protein", "oil", "oil", "oil"], "B": ["oil"]}


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """Six runs of platform A, one of B, ten images each."""
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(0)
    for platform, labels in RUNS.items():
        for number, label in enumerate(labels):
            images = random.integers(0, 256, (10, 4, 4), dtype=np.uint8)
            write_run(f"{platform}{number}", platform, label, images)
    write_sheet({})
    write_params(["protein", "oil", "air"])
    return tmp_path


def write_sheet(fixed: dict[str, str]) -> None:
    """Every run of the sample sheet, some with the split that it fixes."""
    runs = pd.DataFrame({"run": [f"{platform}{i}" for platform, labels in RUNS.items() for i in range(len(labels))]})
    write_parquet("data/ingested/runs.parquet", runs.assign(split=runs["run"].map(fixed).astype("string")))


def write_run(run: str, platform: str, label: str | None, images: np.ndarray, role: str = "class") -> None:
    write_images(f"data/normalized/{run}.npy", images, images.shape)
    about = {"run": run, "platform": platform, "role": role, "class": label, "simulated": platform == "B"}
    table = pd.DataFrame({"particle_id": [f"{run}-{row}" for row in range(len(images))], **about})
    write_parquet(f"data/normalized/{run}.parquet", table)


def write_params(names: list[str]) -> None:
    classes = {"majority": names[0], "minority": names[1:]}
    params = {"seed": 1, "classes": classes, "split": {"fractions": HALVES, "classes": {}}}
    Path("params.yaml").write_text(yaml.safe_dump(params))


def test_every_labelled_particle_stands_in_one_split_with_its_row(workspace):
    write_run("beads", "A", None, np.zeros((3, 4, 4), np.uint8), role="beads")
    write_run("unlabelled", "A", None, np.ones((3, 4, 4), np.uint8))
    main()
    splits = pd.read_parquet("data/splits.parquet")
    assert list(splits) == ["particle_id", "run", "row", "platform", "class", "split", "simulated"]
    assert splits["particle_id"].tolist() == (splits["run"] + "-" + splits["row"].astype(str)).tolist()
    assert splits.groupby("run").size().to_dict() == dict.fromkeys(["A0", "A1", "A2", "A3", "A4", "A5", "B0"], 10)
    assert splits[["run", "row"]].equals(splits[["run", "row"]].sort_values(["run", "row"], ignore_index=True))


def test_the_summary_counts_what_was_written(workspace):
    main()
    splits, summary = pd.read_parquet("data/splits.parquet"), read_json("metrics/split.json")
    assert summary["data"] == "partly simulated"
    for platform, labels in RUNS.items():
        for label in ("protein", "oil", "air"):
            counts = {split: summary["counts"][platform][split][label] for split in HALVES}
            own = splits[(splits["platform"] == platform) & (splits["class"] == label)]
            assert {split: count for split, count in counts.items() if count} == own["split"].value_counts().to_dict()
            assert sum(counts.values()) == 10 * labels.count(label)
    assert summary["leakage"]["classes_divided_by_image"] == {"A": [], "B": ["oil"]}
    assert summary["leakage"]["runs_on_two_sides"] == 1  # the one that was divided by image
    assert summary["counts"]["B"]["train"]["oil"] == 5


def test_a_run_that_the_sheet_fixes_stays_where_it_is_put(workspace):
    fixed = {"A1": "validation", "A4": "train", "B0": "selection"}
    write_sheet(fixed)
    main()
    splits = pd.read_parquet("data/splits.parquet").groupby("run")["split"].agg(set)
    assert {run: splits[run] for run in fixed} == {run: {split} for run, split in fixed.items()}


def test_images_that_two_splits_hold_are_counted_and_gone(workspace):
    images = np.load("data/normalized/B0.npy")
    write_run("B0", "B", "oil", images[[0] * 10])
    main()
    summary = read_json("metrics/split.json")["leakage"]
    assert (summary["identical_images_removed"], summary["identical_images_on_two_sides"]) == (7, 0)
    kept = pd.read_parquet("data/splits.parquet").query("run == 'B0'")
    assert kept["split"].tolist() == ["validation"] * 3


def test_labels_that_nobody_declared_are_named(workspace):
    write_params(["protein", "air"])
    with pytest.raises(InputError, match=r"^labels oil are not in `classes` of params.yaml \(protein, air\)"):
        main()


def test_without_a_label_nothing_can_be_divided(workspace):
    for path in Path("data/normalized").iterdir():
        path.unlink()
    with pytest.raises(InputError, match="no labelled particle"):
        main()
    write_run("blank", "A", None, np.zeros((3, 4, 4), np.uint8))
    with pytest.raises(InputError, match="no labelled particle"):
        main()
