"""Pictures of counts, ratios, beads and sizes on the platforms."""

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from stages.common.base.origin import title
from stages.common.figures import PALETTE, colour_of

MARKERS = "osDv^P"
VERDICT_COLOURS = {"within": PALETTE[2], "outside": PALETTE[4], "undecided": "0.45"}
NEAR = 30  # largest ratio shown over the smallest, up to which NEAR_TICKS don't run into each other
NEAR_TICKS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10)
FAR_TICKS = (0.001, 0.01, 0.1, 0.3, 1, 3, 10, 100, 1000)


def panels(count: int, width: float = 3.3, height: float = 2.8, sharey: bool = False) -> tuple[Figure, list]:
    """A grid of `count` axes, three in a row."""
    columns = min(3, count)
    rows = -(-count // columns)
    size = (max(4.5, width * columns), height * rows)
    figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False, sharey=sharey)
    for unused in axes.flat[count:]:
        unused.set_visible(False)
    return figure, list(axes.flat[:count])


def picture_counts(counts: pd.DataFrame, origin: str) -> Figure:
    """Concentration of each run against the threshold, the interval alone where rows could not be counted; counts where
    a run has no concentration."""
    known = counts["per_ml_high"].notna().all()
    samples = sorted(counts["sample"].unique())
    colours = colour_of(sorted(counts["platform"].unique()))
    figure, axes = panels(len(samples), sharey=True)
    for axis, sample in zip(axes, samples, strict=True):
        own = counts[counts["sample"] == sample]
        for place, (platform, rows) in enumerate(own.groupby("platform")):
            for number, (_, run) in enumerate(rows.groupby("run")):
                bounded = known and run["per_ml"].isna().any()
                middle = (run["per_ml_low"] + run["per_ml_high"]) / 2
                value = (middle if bounded else run["per_ml"]) if known else run["count"]
                bars = [value - run["per_ml_low"], run["per_ml_high"] - value] if known else None
                axis.errorbar(
                    run["threshold_um"] * (1 + 0.03 * place),
                    value.where(value > 0),
                    yerr=bars,
                    color=colours[platform],
                    linestyle="none" if bounded else "solid",
                    marker="" if bounded else MARKERS[place % len(MARKERS)],
                    markersize=3,
                    linewidth=0.8,
                    label=platform if number == 0 else None,
                )
        thresholds = sorted(own["threshold_um"].unique())
        axis.set(xscale="log", yscale="log", title=sample)
        axis.set_xticks(thresholds, [str(t) for t in thresholds])
        axis.xaxis.minorticks_off()
    axes[0].legend(title="platform")
    figure.supxlabel("size at least (µm)")
    figure.supylabel("particles/mL" if known else "particles counted")
    what = "Cumulative concentration of each run, 95 % Poisson intervals" if known else "Cumulative counts of each run"
    figure.suptitle(title(what, origin))
    return figure


def picture_ratios(ratios: list[dict], first: str, second: str, origin: str) -> Figure:
    """Each ratio with its interval, over the margins that were set for it."""
    figure, axis = plt.subplots(figsize=(7, 1.2 + 0.32 * len(ratios)))
    for place, entry in enumerate(ratios):
        axis.fill_betweenx([place - 0.4, place + 0.4], *entry["limits"], color="0.9", linewidth=0)
        colour = VERDICT_COLOURS[entry["verdict"]]
        if "low" in entry:
            axis.plot([entry["low"], entry["high"]], [place, place], color=colour, linewidth=2)
        if "ratio" in entry:
            axis.plot(entry["ratio"], place, "o", color=colour, markersize=4)
        axis.text(1.02, place, entry["verdict"], color=colour, va="center", transform=axis.get_yaxis_transform())
    axis.axvline(1, color="0.3", linewidth=0.8)
    axis.set(xscale="log", xlabel=f"concentration on {second} over {first}; grey: margins set beforehand")
    axis.set_yticks(range(len(ratios)), [entry["name"] for entry in ratios])
    axis.invert_yaxis()
    limits = axis.get_xlim()
    ticks = [t for t in (NEAR_TICKS if limits[1] / limits[0] < NEAR else FAR_TICKS) if _inside(t, limits)]
    axis.set_xticks(ticks, [f"{t:g}" for t in ticks])
    axis.minorticks_off()
    figure.suptitle(title(f"Ratio {second}/{first} with 90 % interval", origin))
    return figure


def _inside(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]


def picture_beads(beads: pd.DataFrame, sizes: dict[str, np.ndarray], origin: str) -> Figure:
    """Diameters over nominal, one panel a bead size, one line a run."""
    samples = sorted(beads["sample"].unique(), key=lambda s: beads.loc[beads["sample"] == s, "nominal_um"].iloc[0])
    colours = colour_of(sorted(beads["platform"].unique()))
    figure, axes = panels(len(samples))
    edges = np.linspace(0.4, 1.8, 71)
    for axis, sample in zip(axes, samples, strict=True):
        seen = set()
        for row in beads[beads["sample"] == sample].itertuples():
            heights = np.histogram(sizes[row.run] / row.nominal_um, edges)[0] / max(1, len(sizes[row.run]))
            label = row.platform if row.platform not in seen else None
            seen.add(row.platform)
            axis.stairs(heights, edges, color=colours[row.platform], label=label)
        nominal = beads.loc[beads["sample"] == sample, "nominal_um"].iloc[0]
        axis.axvline(1, color="0.5", linewidth=0.8, linestyle=":")
        axis.set(title=f"{sample} ({nominal:g} µm)", xlabel="diameter / nominal", ylabel="share of particles")
    axes[0].legend(title="platform")
    figure.suptitle(title("Beads, one line a run", origin))
    return figure


def picture_sizes(samples: dict[str, dict[str, list[np.ndarray]]], smallest_um: float, origin: str) -> Figure:
    """Share of particles at least as large as a size, one line a run; `samples`: sample -> platform -> sizes."""
    colours = colour_of(sorted({platform for own in samples.values() for platform in own}))
    figure, axes = panels(len(samples), width=5, height=3.5)
    for axis, (sample, platforms) in zip(axes, samples.items(), strict=True):
        for platform, runs in platforms.items():
            for number, sizes in enumerate(runs):
                share = 1 - np.arange(len(sizes)) / len(sizes)
                label = platform if number == 0 else None
                axis.step(sizes, share, color=colours[platform], linewidth=0.9, label=label)
        axis.set(xscale="log", yscale="log", title=sample, xlabel="diameter (µm)", ylabel="share at least as large")
        ticks = [t for t in (1, 2, 5, 10, 20, 50, 100) if smallest_um <= t <= axis.get_xlim()[1]]
        axis.set_xticks(ticks, [str(t) for t in ticks])
        axis.minorticks_off()
    axes[0].legend(title="platform")
    figure.suptitle(title(f"Sizes from {smallest_um:g} µm, one line a run", origin))
    return figure
