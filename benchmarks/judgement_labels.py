"""Ceilings of precision that labels set: by the classifiers' candidates, and by the simulator's truth.

The truth is read here and by no stage.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from stages.classify.evaluating.prevalence import precision_at
from stages.common.base.files import read_json
from stages.common.params.whole import read_all

TRUTH = Path("data/simulated_truth.parquet")
KIND_OF = {"faint_oil": "silicone_oil", "large_bubble": "air_bubble"}  # others are classes themselves


def ceilings() -> list[dict]:
    """A row for each classifier and minority class; none where the pipeline hasn't run on simulated data here."""
    files = sorted(Path("metrics/classify").glob("*.json"))
    if not (TRUTH.exists() and files and Path("data/splits.parquet").exists()):
        return []
    known = with_truth(pd.read_parquet("data/splits.parquet"))
    classes = read_all().classes
    return [row for path in files for row in _rows(path.stem, read_json(path), known, classes)]


def with_truth(splits: pd.DataFrame) -> pd.DataFrame:
    """The validation particles with `true`, what the simulator drew; none where it drew several in one."""
    particles = splits[splits["split"] == "validation"]
    tables = [pd.read_parquet(f"data/normalized/{run}.parquet") for run in particles["run"].unique()]
    names = pd.concat(tables)[["particle_id", "source_id"]]
    truth = pd.read_parquet(TRUTH).dropna(subset="source_id")
    single = truth.drop_duplicates(["run", "source_id"], keep=False)
    found = particles.merge(names, on="particle_id").merge(single[["run", "source_id", "kind"]], how="left")
    return found.assign(true=found["kind"].replace(KIND_OF))


def _rows(name: str, metrics: dict, known: pd.DataFrame, classes: list[str]) -> list[dict]:
    rare, noise = metrics["at_prevalence"], metrics["label_noise"]
    own = known[known["platform"] == metrics["platform"]]
    counts = np.diag([(own["class"] == label).sum() for label in classes])
    majority = own[own["class"] == classes[0]]
    for number, label in enumerate(classes[1:], start=1):
        wrong = int((majority["true"] == label).sum())
        counts[0, [0, number]] += [-wrong, wrong]
    prevalence = rare["prevalence"]
    shares = np.array([1 - prevalence * (len(classes) - 1), *[prevalence] * (len(classes) - 1)])
    return [
        {
            "network": name,
            "class": label,
            "wrong_labels": int(counts[0, number]),
            "ceiling_of_truth": precision_at(counts, shares, number)["value"],
            "ceiling_of_candidates": noise["precision_ceiling"]["at_prevalence"][label]["value"],
            "precision": rare["classes"][label]["precision"]["value"],
            "without_candidates": metrics["without_label_suspects"]["at_prevalence"]["classes"][label]["precision"][
                "value"
            ],
        }
        for number, label in enumerate(classes[1:], start=1)
    ]
