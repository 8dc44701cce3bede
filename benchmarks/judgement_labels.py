"""Ceilings of precision that labels set: by the classifiers' candidates, and by the simulator's truth.

The truth is read here and by no stage.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from stages.classify.evaluating.prevalence import precision_at, shares_at
from stages.common.base.files import read_json
from stages.common.majority import MAJORITY, minorities
from stages.common.params.whole import read_all

TRUTH = Path("data/simulated_truth.parquet")
KIND_OF = {"faint_oil": "silicone_oil", "large_bubble": "air_bubble"}  # others are classes themselves


def ceilings() -> list[dict]:
    """A row for each classifier and minority class; none where the pipeline hasn't run on simulated data here."""
    files = sorted(Path("metrics/classify").glob("*.json"))
    if not (TRUTH.exists() and files and Path("data/splits.parquet").exists()):
        return []
    known = with_truth(pd.read_parquet("data/splits.parquet"))
    classes = read_all().classes.names
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
    rare, noise, without = (metrics[block] for block in ("at_prevalence", "label_noise", "without_label_suspects"))
    own = known[known["platform"] == metrics["platform"]]
    there = own["class"].value_counts().reindex(classes).to_numpy()
    in_majority = own.loc[own["class"] == classes[MAJORITY], "true"]
    flawless = np.diag(there)
    for number in minorities(len(classes)):
        wrong = int((in_majority == classes[number]).sum())
        flawless[MAJORITY, [MAJORITY, number]] += [-wrong, wrong]
    shares = shares_at(flawless, rare["prevalence"])["at_prevalence"]
    return [
        {
            "network": name,
            "class": classes[number],
            "wrong_labels": int(flawless[MAJORITY, number]),
            "ceiling_of_truth": precision_at(flawless, shares, number)["value"],
            "ceiling_of_candidates": noise["precision_ceiling"]["at_prevalence"][classes[number]]["value"],
            "precision": rare["classes"][classes[number]]["precision"]["value"],
            "without_candidates": without["at_prevalence"]["classes"][classes[number]]["precision"]["value"],
        }
        for number in minorities(len(classes))
    ]
