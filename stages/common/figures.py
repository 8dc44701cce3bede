"""One look for every picture, and a way to write it whole."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from stages.common.base.files import replacing

# Okabe and Ito's palette: told apart by readers with any colour vision.
PALETTE = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#F0E442", "#000000"]

plt.rcParams.update(
    {
        "figure.dpi": 110,
        "savefig.dpi": 110,
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.prop_cycle": plt.cycler(color=PALETTE),
        "axes.titlesize": 10,
        "legend.frameon": False,
        "figure.constrained_layout.use": True,
    }
)


def colour_of(names: list[str]) -> dict[str, str]:
    """A fixed colour for each of `names`, in order."""
    return {name: PALETTE[i % len(PALETTE)] for i, name in enumerate(names)}


def save(figure: Figure, path: str | Path) -> None:
    """Write `figure` as PNG with no date in it, so that the same picture has the same bytes; close it."""
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png", metadata={"Software": None})
    plt.close(figure)
