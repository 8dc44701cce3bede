"""Particles for a person to look at again: those whose label a network doubts, among as many drawn at random.

The random ones are a sample of all particles that were judged: what share of their labels a person changes is the share
of wrong labels. The doubtful ones, which are more often wrong, tell nothing of that share; they are where to mend.
"""

from pathlib import Path

import pandas as pd

from stages.common.base.seeds import random_of
from stages.report.particles import data_uri, read_crops, whole_particles

PREDICTIONS = Path("data/predictions")
EACH = 60  # doubtful ones, and random ones
DOUBTFUL, RANDOM = "doubtful", "random"


def second_look(networks: dict[str, str], particles: pd.DataFrame, classes: list[str], seed: int) -> list[dict]:
    """Platform -> its network; a dict a particle, in an order that doesn't tell which of them are doubtful."""
    judged = _judged(networks)
    if judged.empty:
        return []
    asked = chosen(judged, classes, seed)
    facts = particles.set_index("particle_id")
    asked = asked[asked["particle_id"].isin(facts.index)].reset_index(drop=True)
    rows = facts.loc[asked["particle_id"]].reset_index()
    crops = read_crops(rows)
    return [
        {
            "run": shown["run"],
            "particle": shown["source_id"],
            "platform": shown["platform"],
            "um": shown["um"],
            "whole": [shown["source"], shown["width"], shown["height"], shown["bar"]],
            "crop": data_uri(crops[row.particle_id]) if row.particle_id in crops else None,
            "was": row.label,
            "called": row.predicted,
            "probability": round(float(row.sure), 3),
            "asked_as": row.asked_as,
        }
        for row, shown in zip(asked.itertuples(), whole_particles(rows), strict=True)
    ]


def _judged(networks: dict[str, str]) -> pd.DataFrame:
    """What each platform's network said of the platform's own validation particles."""
    found = []
    for platform, name in networks.items():
        for kind in ("real", "mixed"):
            path = PREDICTIONS / kind / name / "predictions.parquet"
            if path.is_file():
                table = pd.read_parquet(path)
                found.append(table[(table["platform"] == platform) & table["class"].notna()])
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()


def chosen(judged: pd.DataFrame, classes: list[str], seed: int) -> pd.DataFrame:
    """At most EACH rows at random, and as many of the others whose label the network gives the least probability.

    Adds `label` (what it is labelled), `sure` (the probability of what the network calls it) and `asked_as`. The
    label's probability is the self-confidence by which confident learning ranks label errors (Northcutt et al. 2021).
    """
    random = random_of(seed, "report", "second look")
    table = judged.sort_values("particle_id", kind="stable").reset_index(drop=True).rename(columns={"class": "label"})
    table["confidence"] = [row[f"p_{row['label']}"] if row["label"] in classes else 0.0 for _, row in table.iterrows()]
    table["sure"] = table[[f"p_{name}" for name in classes]].max(axis=1)
    drawn = random.permutation(len(table))[:EACH]
    others = table.drop(index=drawn)
    doubted = others[others["predicted"] != others["label"]].sort_values("confidence", kind="stable").head(EACH)
    asked = pd.concat([table.loc[drawn].assign(asked_as=RANDOM), doubted.assign(asked_as=DOUBTFUL)])
    return asked.iloc[random.permutation(len(asked))].reset_index(drop=True)
