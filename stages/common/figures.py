"""One look for every picture, and a way to write it whole."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from stages.common.base.files import replacing

# Okabe and Ito's hues, told apart by readers with any colour vision, each as dark as text needs to be on white: a
# contrast of 4.5 (WCAG 2.2, 1.4.3). Shapes or words say the same besides.
PALETTE = ["#0072B2", "#A85C00", "#007A5A", "#B0478A", "#C04A00", "#1F78A8", "#7A6A00", "#000000"]
# Of instruments, so that no class and no instrument share a colour.
PLATFORM_PALETTE = ["#1B1B1B", "#7B3FA0", "#6E6E6E", "#8C1D18"]

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


def colour_of(names: list[str], palette: list[str] = PALETTE) -> dict[str, str]:
    """A fixed colour for each of `names`, in order."""
    return {name: palette[i % len(palette)] for i, name in enumerate(names)}


def save(figure: Figure, path: str | Path) -> None:
    """Write `figure` as PNG with no date in it, so that the same picture has the same bytes; close it."""
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png", metadata={"Software": None})
    plt.close(figure)
