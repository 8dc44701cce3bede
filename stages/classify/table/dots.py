"""The table as a picture: one line a training set, a dot a score."""

import pandas as pd
from matplotlib.figure import Figure

from stages.common.figures import PALETTE, plt

SCORES = {"macro_recall": "macro recall", "macro_auprc": "macro AUPRC"}
PUBLISHED = "published: another study, real particles"


def dot_plot(table: pd.DataFrame, title: str) -> Figure:
    """Dots with 95 % intervals, the first row on top; the published value, where there is one, as an open diamond."""
    architectures = list(dict.fromkeys(table["architecture"]))
    names = list(dict.fromkeys(table["dataset"]))
    figure, grid = plt.subplots(1, len(SCORES), figsize=(8.5, 1.4 + 0.3 * len(table)), sharey=True)
    for axes, (score, label) in zip(grid, SCORES.items(), strict=True):
        for number, architecture in enumerate(architectures):
            rows = table[table["architecture"] == architecture]
            offset = (number - (len(architectures) - 1) / 2) * 0.3
            height = [names.index(name) + offset for name in rows["dataset"]]
            _dots(axes, rows, score, height, PALETTE[number], architecture)
        axes.set_xlabel(f"{label} (95 % interval)")
        axes.grid(axis="x", alpha=0.3)
    grid[0].set_yticks(range(len(names)), names)
    grid[0].set_ylim(len(names) - 0.5, -0.5)
    handles, labels = grid[0].get_legend_handles_labels()
    unique = dict(zip(labels, handles, strict=True))
    figure.legend(unique.values(), unique.keys(), loc="outside lower center", ncols=len(unique))
    figure.suptitle(title, fontsize=10)
    return figure


def _dots(axes, rows: pd.DataFrame, score: str, height: list[float], colour: str, architecture: str) -> None:
    value = rows[score]
    ends = [value - rows[f"{score}_low"], rows[f"{score}_high"] - value]
    axes.errorbar(
        value, height, xerr=[end.clip(lower=0) for end in ends], fmt="o", markersize=5, color=colour, label=architecture
    )
    if (published := f"published_{score}") in rows:
        axes.plot(rows[published], height, linestyle="none", marker="D", fillstyle="none", color="0.4", label=PUBLISHED)
