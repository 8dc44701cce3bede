"""Pictures of what the runs hold."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from stages.common.figures import colour_of, plt
from stages.predict.answering.shown import Gallery
from stages.predict.predicting.metrics import SAMPLE

COLUMNS = 12
SHOWN = 36
FAINT = 0.25


def counts_by_sample(counts: pd.DataFrame, classes: list[str], title: str) -> Figure:
    """Particles/mL of each class in each sample, all sizes, with intervals; a triangle is an upper end alone. Numbers
    are faint where a run of the sample raised an alarm."""
    own = counts[(counts["of"] == SAMPLE) & (counts["at_least_um"] == 0) & counts["per_ml_high"].notna()]
    platforms = sorted(own["platform"].unique())
    samples = sorted(own["sample"].unique())
    figure, panels = plt.subplots(
        1,
        max(1, len(platforms)),
        figsize=(4.6 * max(1, len(platforms)), 1.4 + 0.32 * len(samples)),
        squeeze=False,
        sharey=True,
    )
    for axes, platform in zip(panels.flat, platforms, strict=False):
        for place, (name, colour) in enumerate(colour_of(classes).items()):
            rows = own[(own["platform"] == platform) & (own["class"] == name)].set_index("sample").reindex(samples)
            at = np.arange(len(samples)) + 0.22 * (place - (len(classes) - 1) / 2)
            found = rows["found"].fillna(False).to_numpy(bool)
            value = rows["per_ml"].to_numpy(float)
            bars = np.abs(np.stack([value - rows["per_ml_low"], rows["per_ml_high"] - value]).astype(float))
            alarmed = rows["alarmed"].fillna(0).to_numpy(float) > 0
            axes.plot([], [], "o", ms=3, color=colour, label=name.replace("_", " "))
            for some, alpha in ((~alarmed, 1.0), (alarmed, FAINT)):
                shown, most = some & found, some & ~found
                axes.errorbar(
                    value[shown], at[shown], xerr=bars[:, shown], fmt="o", ms=3, lw=1, color=colour, alpha=alpha
                )
                high = rows["per_ml_high"].to_numpy(float)[most]
                axes.plot(high, at[most], "<", ms=4, mfc="none", color=colour, alpha=alpha)
        axes.set(xscale="log", xlabel="particles/mL", title=platform)
        axes.set_yticks(range(len(samples)), samples)
    panels.flat[0].invert_yaxis()
    handles, labels = panels.flat[0].get_legend_handles_labels()
    figure.legend(
        handles,
        labels,
        loc="outside lower center",
        ncols=len(classes),
        title="triangle: at most; faint: not to be trusted, a run is unlike known ones",
    )
    figure.suptitle(title, fontsize=10)
    return figure


def gallery(found: Gallery, title: str) -> Figure:
    """The first particles with their calibrated probability."""
    probabilities = found.rows["probability"].to_pylist()[:SHOWN]
    rows = -(-len(probabilities) // COLUMNS)
    figure, grid = plt.subplots(rows, COLUMNS, figsize=(0.85 * COLUMNS, 1.05 * rows + 0.4), squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for axes, image, probability in zip(grid.flat, found.images, probabilities, strict=False):
        axes.imshow(image, cmap="gray", vmin=0, vmax=255)
        axes.set_title(f"{probability:.3f}", fontsize=6)
    figure.suptitle(title, fontsize=10)
    return figure
