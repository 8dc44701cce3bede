"""Picture of each class's ratio on two platforms."""

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from stages.common.base.origin import title
from stages.common.figures import PALETTE
from stages.compare.pictures import FARTHEST, VERDICT_COLOURS, VERDICT_SYMBOLS, named, shown
from stages.compare.verdict import NOT_COMPARED

HEADING = "Does each class agree? 90 % intervals over margins; ✓ within, ✗ outside, ? undecided, ∅ not decidable"
TICKS = (0.01, 0.1, 0.3, 1, 3, 10, 100)


def picture_class_ratios(ratios: pd.DataFrame, classes: list[str], origin: str) -> Figure:
    """One panel a class, one row a sample and size: the interval of 90 % over the margins, and the verdict's symbol; no
    interval where neither platform finds the class."""
    told = ratios[ratios["verdict"] != NOT_COMPARED]
    rows = list(told[["pair", "sample", "at"]].drop_duplicates().itertuples(index=False, name=None))
    size = (2.6 + 3.2 * len(classes), 1.6 + 0.22 * len(rows))
    figure, axes = plt.subplots(1, len(classes), figsize=size, squeeze=False, sharex=True, sharey=True)
    for axis, name in zip(axes.flat, classes, strict=True):
        own = told[told["class"] == name].set_index(["pair", "sample", "at"])
        for place, row in enumerate(rows):
            _draw_ratio(axis, place, own.loc[row])
        axis.axvline(1, color="0.5", linewidth=0.8, linestyle=":")
        axis.set(xscale="log", xlim=(1 / FARTHEST, FARTHEST), ylim=(len(rows) - 0.5, -0.5))
        axis.set_xticks(TICKS, [f"{tick:g}" for tick in TICKS])
        axis.xaxis.minorticks_off()
        axis.set_title(name.replace("_", " "))
    several = told["pair"].nunique() > 1
    labels = [f"{named(sample)} {shown(at)}" + (f" {pair}" if several else "") for pair, sample, at in rows]
    axes[0, 0].set_yticks(range(len(rows)), labels, fontsize=8)
    pairs = " and ".join(told["pair"].unique())
    figure.supxlabel(f"ratio of concentrations {pairs}, corrected for the networks' mistakes")
    figure.suptitle(title(HEADING, origin))
    return figure


def _draw_ratio(axis, place: int, row: pd.Series) -> None:
    colour = VERDICT_COLOURS.get(row["verdict"], PALETTE[0])
    axis.plot([row["limit_low"], row["limit_high"]], [place, place], color="0.85", linewidth=9, solid_capstyle="butt")
    if pd.notna(row["low"]):
        ends = np.clip([row["low"], row["high"]], 1 / FARTHEST, FARTHEST)
        axis.plot(ends, [place, place], color=colour, linewidth=1.4)
    if pd.notna(row["ratio"]):
        axis.plot(row["ratio"], place, "o", color=colour, markersize=4)
    axis.annotate(
        VERDICT_SYMBOLS[row["verdict"]], (1, place), xycoords=("axes fraction", "data"), color=colour,
        xytext=(4, 0), textcoords="offset points", va="center", fontsize=9, annotation_clip=False,
    )  # fmt: skip
