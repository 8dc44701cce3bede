"""Recall by size: small particles are the many and the hard ones, and a total hides them."""

from pathlib import Path

import numpy as np
import pandas as pd

from stages.classify.evaluating.answers import Answers
from stages.common.particles import size_column
from stages.common.proportions import counted

DIAMETERS = ("abd_um", "ecd_um", "esd_um")
NORMALIZED = Path("data/normalized")


def diameters(particles: pd.DataFrame) -> tuple[str | None, np.ndarray]:
    """The diameter that the platform reports (None: none) and its value for each of `particles` (columns run, row),
    um, NaN where it isn't reported."""
    found = pd.DataFrame(np.nan, index=range(len(particles)), columns=list(DIAMETERS))
    for run, places in particles.reset_index(drop=True).groupby("run").groups.items():
        table = pd.read_parquet(NORMALIZED / f"{run}.parquet", columns=list(DIAMETERS))
        found.loc[places] = table.iloc[particles["row"].to_numpy()[places]].to_numpy()
    reported = {name: bool(found[name].notna().any()) for name in DIAMETERS}
    if not any(reported.values()):
        return None, np.full(len(particles), np.nan)
    name = size_column(reported)
    return name, found[name].to_numpy()


def recall_by_size(answers: Answers, name: str | None, diameter: np.ndarray, edges: list[float]) -> dict:
    """For each class its recall between `edges` (um, ascending), below and above them, where there are particles."""
    if name is None:
        return {"note": "no diameter was reported"}
    place = np.digitize(diameter, edges)
    hit = answers.called == answers.label
    bins = [f"below_{edges[0]:g}_um", *map(_between, edges, edges[1:]), f"at_least_{edges[-1]:g}_um"]
    classes = {}
    for number, label in enumerate(answers.classes):
        here = [(answers.label == number) & (place == each) & np.isfinite(diameter) for each in range(len(bins))]
        classes[label] = {
            each: {"particles": int(members.sum()), **counted(int(hit[members].sum()), int(members.sum()))}
            for each, members in zip(bins, here, strict=True)
            if members.any()
        }
    return {"diameter": name, "without_diameter": int(np.isnan(diameter).sum()), "classes": classes}


def _between(low: float, high: float) -> str:
    return f"{low:g}_to_{high:g}_um"
