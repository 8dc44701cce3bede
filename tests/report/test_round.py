"""A round of relabelling with planted errors: look, save, read again. A network that is mostly right points at them."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from stages.report.particles import read_particles
from stages.report.second_look import DOUBTFUL, RANDOM, second_look
from tests.ingest.conftest import ingest, workspace

__all__ = ["ingest", "workspace"]

CLASSES = ["protein", "oil"]
EACH = 300  # particles of each class
PLANTED = 0.05  # share of wrong labels
REVIEWER_ERRS = 0.05
SHEET = "run,platform,sample,format,path,role,class,pixel_um\nsorted,A,s,crops,sorted,class,,0.5\n"


@pytest.fixture
def truth(workspace) -> dict[str, str]:
    """Name of each crop -> what it is; it lies in the folder of what it is labelled, wrong for every twentieth."""
    random = np.random.default_rng(5)
    true = {}
    for label in CLASSES:
        (Path("exports/sorted") / label).mkdir(parents=True)
    for number in range(EACH * len(CLASSES)):
        kind = number % len(CLASSES)
        labelled = CLASSES[kind if random.random() > PLANTED else 1 - kind]
        name = f"{number:03d}.png"
        pixels = random.integers(0, 255, (9, 12), dtype=np.uint8)
        Image.fromarray(pixels).save(Path("exports/sorted") / labelled / name)
        true[name] = CLASSES[kind]
    return true


def judge(table: pd.DataFrame, truth: dict[str, str]) -> None:
    """What normalize and evaluate leave: a network that errs in one of twenty, mostly without being sure."""
    random = np.random.default_rng(6)
    kind = np.array([CLASSES.index(truth[Path(name).name]) for name in table["source_id"]])
    sure = np.where(random.random(len(table)) < 0.05, random.uniform(0.2, 0.5, len(table)), random.uniform(0.8, 1))
    shares = np.stack([np.where(kind == 0, sure, 1 - sure), np.where(kind == 0, 1 - sure, sure)], axis=1)
    told = table[["particle_id", "run", "platform", "class"]].reset_index(drop=True)
    told = told.assign(predicted=np.array(CLASSES)[shares.argmax(axis=1)], simulated=True)
    for number, name in enumerate(CLASSES):
        told[f"p_{name}"] = shares[:, number]
    Path("data/predictions/real/network").mkdir(parents=True)
    told.to_parquet("data/predictions/real/network/predictions.parquet")
    Path("data/normalized").mkdir(parents=True)
    table[["particle_id"]].to_parquet("data/normalized/sorted.parquet")
    np.save("data/normalized/sorted.npy", np.zeros((len(table), 64, 64), np.uint8))


def test_a_round_finds_most_planted_errors_and_changes_nothing_else(truth, ingest):
    before = ingest(SHEET).particles("sorted").set_index("source_id")["class"]
    true = pd.Series({name: truth[Path(name).name] for name in before.index})
    judge(ingest(SHEET).particles("sorted"), truth)
    asked = second_look({"A": "network"}, read_particles(["sorted"]), CLASSES, seed=1)

    random = np.random.default_rng(7)
    answers = {}
    with open("labels.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["run", "particle", "class", "reviewer", "was", "asked_as"])
        for one in asked:
            right = CLASSES.index(true[one["particle"]])
            answers[one["particle"]] = CLASSES[right if random.random() > REVIEWER_ERRS else 1 - right]
            writer.writerow([one["run"], one["particle"], answers[one["particle"]], "S", one["was"], one["asked_as"]])
    after = ingest(SHEET, relabelled="labels.csv").particles("sorted").set_index("source_id")["class"]

    assert {name: after[name] for name in answers} == answers
    left = [name for name in before.index if name not in answers]
    assert after[left].equals(before[left])
    wrong = {name for name in before.index if before[name] != true[name]}
    by_kind = {kind: {one["particle"] for one in asked if one["asked_as"] == kind} for kind in (DOUBTFUL, RANDOM)}
    share = {kind: len(wrong & names) / len(names) for kind, names in by_kind.items()}
    assert share[DOUBTFUL] > 4 * share[RANDOM]
    assert len(wrong & set(answers)) > 0.9 * len(wrong)
    assert (after != true).sum() < 0.5 * len(wrong)
    assert all(one["was"] == before[one["particle"]] for one in asked)
