"""Pictures of what networks see: the crossed confusion matrices and the map of features."""

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from stages.common.base.origin import title
from stages.common.figures import PALETTE, PLATFORM_PALETTE, colour_of

MARKERS = "os^DvP"


def picture_confusion(crossed: dict, classes: list[str], origin: str) -> Figure:
    """One matrix for each pair of trained and tested platform: counts, shaded by the share of the true class."""
    pairs = [(trained, tested) for trained, own in crossed.items() for tested in own]
    columns = max(len(own) for own in crossed.values())
    rows = -(-len(pairs) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(3.6 * columns, 3.3 * rows), squeeze=False)
    shown = [name.replace("_", "\n") for name in classes]
    for axis, (trained, tested) in zip(axes.flat, pairs, strict=True):
        entry = crossed[trained][tested]
        matrix = np.array(entry["confusion"])
        share = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
        axis.imshow(share, cmap="Blues", vmin=0, vmax=1)
        for (i, j), count in np.ndenumerate(matrix):
            colour = "white" if share[i, j] > 0.55 else "black"
            axis.text(j, i, f"{count}\n{share[i, j]:.1%}", ha="center", va="center", color=colour, fontsize=8)
        axis.set_xticks(range(len(classes)), shown, fontsize=7)
        axis.set_yticks(range(len(classes)), shown, fontsize=7)
        axis.spines[:].set_visible(False)
        axis.tick_params(length=0)
        axis.set(xlabel="predicted", ylabel="true")
        axis.set_title(f"trained on {trained}, tested on {tested}\nmacro recall {entry['macro_recall']:.1%}")
    figure.suptitle(title("Networks trained on one platform, tested on each", origin))
    return figure


def picture_umap(points: np.ndarray, colourings: dict[str, pd.Categorical], network: str, origin: str) -> Figure:
    """The same map (N, 2) once for each colouring, which gives a name to each point; colours and marks in the names'
    order. Classes and platforms share no colour."""
    figure, axes = plt.subplots(1, len(colourings), figsize=(5 * len(colourings), 4.4), squeeze=False)
    for axis, (what, names) in zip(axes.flat, colourings.items(), strict=True):
        palette = PLATFORM_PALETTE if what == "platform" else PALETTE
        for number, (name, colour) in enumerate(colour_of(list(names.categories), palette).items()):
            own = points[np.asarray(names == name)]
            axis.plot(
                *own.T,
                MARKERS[number % len(MARKERS)],
                color=colour,
                markersize=3,
                markeredgewidth=0.6,
                fillstyle="full" if number % 2 == 0 else "none",
                alpha=0.7,
                label=name.replace("_", " "),
            )
        axis.set(xticks=[], yticks=[], title=f"by {what}", xlabel="UMAP 1", ylabel="UMAP 2")
        axis.legend(markerscale=2, loc="best")
    figure.suptitle(title(f"Features of {network}, {len(points)} validation particles", origin))
    return figure
