"""An experiment's picture: a panel for each measure, the variants or training sets along it."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from stages.common.base.origin import SIMULATED, title
from stages.common.figures import plt


def drawn(results: pd.DataFrame, asked: dict) -> Figure:
    """Panels of `asked["panels"]`; across, the training sets of one variant, or the variants with points for each name.
    `asked["across"]` names what stands there, `asked["ticks"]` the training sets in words."""
    panels, ticks = asked["panels"], asked.get("ticks", {})
    figure, grid = plt.subplots(1, len(panels), figsize=(4.2 * len(panels), 3.4), squeeze=False)
    for axes, (measure, label) in zip(grid.flat, panels.items(), strict=True):
        own = results[results["measure"] == measure]
        if ticks:
            own = own.set_index("name").reindex(list(ticks))
            _points(axes, own, "", "o-")
            axes.set_xticks(range(len(own)), list(ticks.values()))
        else:
            for name, each in own.groupby("name", sort=False):
                _points(axes, each, str(name), "o")
                axes.set_xticks(range(len(each)), each["variant"].str.replace("_", " "), rotation=30, ha="right")
            axes.legend(fontsize=7)
        axes.set(xlabel=asked["across"], ylabel=label)
    figure.suptitle(title(asked["question"], SIMULATED), fontsize=10)
    return figure


def _points(axes, rows: pd.DataFrame, label: str, form: str) -> None:
    value = rows["value"].to_numpy(float)
    bars = np.nan_to_num(np.abs(rows[["low", "high"]].to_numpy(float).T - value))
    axes.errorbar(
        np.arange(len(value)), value, yerr=bars, fmt=form, ms=4, lw=1, capsize=2, label=label.replace("_", " ")
    )
