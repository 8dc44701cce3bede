"""Pictures of counts, ratios, dilutions, agreement, beads and sizes on the platforms."""

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from stages.common.base.origin import title
from stages.common.figures import PALETTE, PLATFORM_PALETTE, colour_of
from stages.compare.verdict import NOT_COMPARED, NOT_DECIDABLE, OUTSIDE, UNDECIDED, WITHIN

MARKERS = "osDv^P"
BEADS_SHOWN = (0.4, 1.8)  # diameters over nominal
DASHES = ("solid", (0, (4, 1.5)), (0, (1, 1)), "dashdot")  # of platforms
VERDICT_COLOURS = {WITHIN: PALETTE[2], OUTSIDE: PALETTE[4]}
VERDICT_SYMBOLS = {WITHIN: "✓", OUTSIDE: "✗", UNDECIDED: "?", NOT_DECIDABLE: "∅", NOT_COMPARED: "–"}
FARTHEST = 100  # largest ratio, and one over the smallest, that intervals are shown to
NEAR = 30  # largest ratio shown over the smallest, up to which NEAR_TICKS don't run into each other
NEAR_TICKS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10)
FAR_TICKS = (0.001, 0.01, 0.1, 0.3, 1, 3, 10, 100, 1000)


def panels(
    count: int, width: float = 3.3, height: float = 2.8, columns: int = 3, sharex: bool = False, sharey: bool = False
) -> tuple[Figure, list]:
    """A grid of `count` axes, `columns` in a row at most."""
    columns = min(columns, count)
    rows = -(-count // columns)
    size = (max(4.5, width * columns), height * rows + 0.3)
    figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False, sharex=sharex, sharey=sharey)
    for unused in axes.flat[count:]:
        unused.set_visible(False)
    shown = list(axes.flat[:count])
    for axis in shown[-columns:]:  # nothing stands below: its own ticks are the only ones
        axis.tick_params(labelbottom=True)
    return figure, shown


def styles_of(platforms: list[str]) -> dict[str, dict]:
    """Colour and dashes of each platform: two instruments differ in print too."""
    colours = colour_of(platforms, PLATFORM_PALETTE)
    return {
        name: {"color": colours[name], "linestyle": DASHES[number % len(DASHES)]}
        for number, name in enumerate(platforms)
    }


def named_platforms(figure: Figure, styles: dict[str, dict], heading: str, **marks: dict) -> None:
    """One legend for all panels, above them and under its `heading`, which so can't run into it; `marks`: further
    entries, name -> how the line looks."""
    entries = {f"platform {name}": style for name, style in styles.items()} | {
        name.replace("_", " "): look for name, look in marks.items()
    }
    lines = [plt.Line2D([], [], **look) for look in entries.values()]
    figure.legend(
        lines,
        list(entries),
        loc="outside upper left",
        ncols=len(lines),
        fontsize=9,
        title=heading,
        title_fontsize=plt.rcParams["figure.titlesize"],
        alignment="left",
    )


ROLES = ("parallel", "unlabelled", "class", "blank", "beads")  # in which order the samples stand


def picture_counts(counts: pd.DataFrame, origin: str) -> Figure:
    """Concentration of each run against the threshold, the interval alone where rows could not be counted; where none
    was seen, the concentration that this excludes; counts where a run has no concentration."""
    known = counts["per_ml_high"].notna().all()
    order = counts.assign(place=counts["role"].map(ROLES.index)).sort_values(["place", "sample"], kind="stable")
    samples = list(order["sample"].unique())
    styles = styles_of(sorted(counts["platform"].unique()))
    figure, axes = panels(len(samples), width=2.6, height=2.2, columns=4, sharex=True, sharey=True)
    for axis, sample in zip(axes, samples, strict=True):
        own = counts[counts["sample"] == sample]
        for place, (platform, rows) in enumerate(own.groupby("platform")):
            for _, run in rows.groupby("run"):
                _draw_counts(axis, run, run["from_um"] * (1 + 0.06 * place), styles[platform], known)
        axis.set(xscale="log", yscale="log", title=named(sample))
        axis.grid(axis="y", alpha=0.3)
    thresholds = sorted(counts["from_um"].unique())
    axes[0].set_xticks(thresholds, [f"{t:g}" for t in thresholds])
    axes[0].xaxis.minorticks_off()
    figure.supxlabel("size at least (µm)")
    figure.supylabel("particles/mL" if known else "particles counted")
    marks = {"none_seen:_at_most": {"color": "0.3", "marker": "v", "fillstyle": "none", "linestyle": "none"}}
    what = "Each run's concentration, 95 % Poisson intervals" if known else "Cumulative counts of each run"
    named_platforms(figure, styles, title(what, origin), **(marks if known else {}))
    return figure


def _draw_counts(axis, run: pd.DataFrame, sizes: pd.Series, style: dict, known: bool) -> None:
    """One run: dots with intervals, joined; an open triangle where none was seen, at the interval's end."""
    bounded = known and run["per_ml"].isna().any()
    middle = (run["per_ml_low"] + run["per_ml_high"]) / 2
    value = (middle if bounded else run["per_ml"]) if known else run["count"]
    bars = [value - run["per_ml_low"], run["per_ml_high"] - value] if known else None
    axis.errorbar(
        sizes,
        value.where(value > 0),
        yerr=bars,
        color=style["color"],
        linestyle="none" if bounded else style["linestyle"],
        marker="" if bounded else "o",
        markersize=3,
        linewidth=0.8,
    )
    if known:
        none = value == 0
        axis.plot(sizes[none], run["per_ml_high"][none], "v", fillstyle="none", color=style["color"], markersize=5)


def picture_ratios(ratios: pd.DataFrame, origin: str) -> Figure:
    """Each ratio with its interval, over the margins that were set for it, and its verdict in a symbol and a word; one
    column a pair of platforms. A row without a particle on either platform says so."""
    rows = list(ratios[["sample", "at"]].drop_duplicates().itertuples(index=False, name=None))
    places = {row: place for place, row in enumerate(rows)}
    pairs = list(ratios["pair"].unique())
    figure, axes = plt.subplots(
        1, len(pairs), figsize=(2.8 + 4.4 * len(pairs), 1.4 + 0.25 * len(rows)), squeeze=False, sharex=True, sharey=True
    )
    limits = _ratio_limits(ratios)
    for axis, pair in zip(axes.flat, pairs, strict=True):
        for row in ratios[ratios["pair"] == pair].itertuples():
            _draw_ratio(axis, row, places[row.sample, row.at], limits)
        for place, ((sample, _), (above, _)) in enumerate(zip(rows[1:], rows, strict=False), start=1):
            if sample != above:
                axis.axhline(place - 0.5, color="0.8", linewidth=0.6)
        axis.axvline(1, color="0.3", linewidth=0.8)
        axis.set(xscale="log", xlim=limits, title=f"{pair[: pair.index('/')]} over {pair[pair.index('/') + 1 :]}")
        axis.set_yticks(range(len(rows)), [f"{named(sample)} {shown(at)}" for sample, at in rows])
        axis.set_ylim(len(rows) - 0.5, -0.5)
        ticks = [t for t in (NEAR_TICKS if limits[1] / limits[0] < NEAR else FAR_TICKS) if _inside(t, limits)]
        axis.set_xticks(ticks, [f"{t:g}" for t in ticks])
        axis.minorticks_off()
    figure.supxlabel("ratio; grey: margins set beforehand; arrow: the interval goes on", fontsize=9)
    figure.suptitle(title("Ratios with 90 % interval", origin))
    return figure


def _ratio_limits(ratios: pd.DataFrame) -> tuple[float, float]:
    """Of the axis: what is finite, but not all of an interval that says nothing."""
    ends = ratios[["limit_low", "limit_high", "ratio", "low", "high"]].to_numpy(float)
    ends = ends[np.isfinite(ends) & (ends > 0)]
    if not len(ends):
        return 0.5, 2.0
    return max(ends.min(), 1 / FARTHEST) / 1.1, min(ends.max(), FARTHEST) * 1.1


def _draw_ratio(axis, row, place: int, limits: tuple[float, float]) -> None:
    colour = VERDICT_COLOURS.get(row.verdict, "0.35")
    said = f"{VERDICT_SYMBOLS[row.verdict]} {row.verdict}"
    if np.isfinite(row.limit_low):
        axis.fill_betweenx([place - 0.4, place + 0.4], row.limit_low, row.limit_high, color="0.9", linewidth=0)
    if np.isfinite(row.low):
        low, high = max(row.low, limits[0]), min(row.high, limits[1])
        axis.plot([low, high], [place, place], color=colour, linewidth=2)
        for cut, end, arrow in ((row.low < low, low, "<"), (row.high > high, high, ">")):
            if cut:
                axis.plot(end, place, arrow, color=colour, markersize=6, clip_on=False)
    if np.isfinite(row.ratio):
        axis.plot(row.ratio, place, "o", color=colour, markersize=4)
    elif not np.isfinite(row.low):
        said = f"{VERDICT_SYMBOLS[row.verdict]} no data"
    axis.text(1.03, place, said, color=colour, va="center", fontsize=9, transform=axis.get_yaxis_transform())


def named(sample: str) -> str:
    return sample.replace("_", " ")


def shown(at: str) -> str:
    """at_least_5_um -> ≥ 5 µm; 5_to_10_um -> 5 to 10 µm."""
    return at.replace("at_least_", "≥ ").replace("_um", " µm").replace("_", " ")


def picture_dilution(
    counts: pd.DataFrame, found: dict[str, dict], families: dict[str, list[str]], origin: str
) -> Figure:
    """Concentration in the diluted suspension against the share of sample in it: one panel a family, one line a
    platform and range, dotted where proportional."""
    platforms = sorted({platform for own in found.values() for platform in own})
    colours = colour_of(platforms, PLATFORM_PALETTE)
    figure, axes = panels(len(found), width=5, height=3.8)
    for axis, (parent, by_platform) in zip(axes, found.items(), strict=True):
        for platform, by_range in by_platform.items():
            for number, at in enumerate(by_range):
                rows = counts[counts["sample"].isin(families[parent]) & (counts["platform"] == platform)]
                rows = rows[(rows["at"] == at) & (rows["count"] > 0)]
                share, per_ml = 1 / rows["dilution"], rows["count"] / rows["imaged_ml"]
                marker, label = MARKERS[number % len(MARKERS)], f"{platform} {shown(at)}"
                axis.plot(share, per_ml, marker, color=colours[platform], markersize=4, alpha=0.8, label=label)
                if len(rows):
                    middle = np.exp((np.log(per_ml) - np.log(share)).mean())
                    ends = np.array([share.min(), share.max()])
                    axis.plot(ends, middle * ends, ":", color=colours[platform], linewidth=0.8)
        axis.set(xscale="log", yscale="log", title=parent, xlabel="share of sample", ylabel="particles/mL as imaged")
        ticks = sorted({1 / dilution for dilution in counts.loc[counts["sample"].isin(families[parent]), "dilution"]})
        axis.set_xticks(ticks, [f"1/{1 / t:g}" for t in ticks])
        axis.minorticks_off()
        axis.legend(fontsize=7, loc="upper left", bbox_to_anchor=(1, 1))
    figure.suptitle(title("Dilutions, dotted: proportional", origin))
    return figure


def picture_agreement(shown_pairs: list[dict], numbers: dict, origin: str) -> Figure:
    """Bland and Altman's picture on the log scale: ratio against the mean concentration of the two platforms."""
    figure, axes = panels(len(shown_pairs), width=3.6, height=3.0, sharey=True)
    for axis, entry in zip(axes, shown_pairs, strict=True):
        together = np.exp([pair.together for pair in entry["pairs"]])
        axis.plot(np.sqrt(together.prod(axis=1)), together[:, 1] / together[:, 0], "o", color=PALETTE[0], markersize=4)
        limits = numbers[entry["pair"]][entry["at"]]["bland_altman"]
        axis.axhline(limits["ratio"], color=PALETTE[4], linewidth=1)
        for name in ("low", "high"):
            axis.axhline(limits[name], color=PALETTE[4], linewidth=0.8, linestyle="--")
        axis.axhline(1, color="0.6", linewidth=0.8, linestyle=":")
        axis.set(xscale="log", yscale="log", title=f"{entry['pair']}, {shown(entry['at'])}", xlabel="particles/mL")
    axes[0].set_ylabel("ratio")
    limits = axes[0].get_ylim()
    ticks = [t for t in (NEAR_TICKS if limits[1] / limits[0] < NEAR else FAR_TICKS) if _inside(t, limits)]
    axes[0].set_yticks(ticks, [f"{t:g}" for t in ticks])
    for axis in axes:
        low, high = axis.get_xlim()
        axis.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < NEAR * low else (1,)))
        axis.xaxis.set_major_formatter("{x:,.0f}")
        axis.minorticks_off()
    figure.suptitle(title("Agreement over samples: mean ratio and 95 % limits of agreement", origin))
    return figure


def _inside(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]


def picture_beads(beads: pd.DataFrame, sizes: dict[str, np.ndarray], origin: str) -> Figure:
    """Share of particles up to each diameter over nominal, one panel a bead size, one line a run: upright at 1 is a
    narrow bead of the right size."""
    samples = sorted(beads["sample"].unique(), key=lambda s: beads.loc[beads["sample"] == s, "nominal_um"].iloc[0])
    styles = styles_of(sorted(beads["platform"].unique()))
    figure, axes = panels(len(samples), sharex=True, sharey=True)
    for axis, sample in zip(axes, samples, strict=True):
        own = beads[beads["sample"] == sample]
        for row in own.itertuples():
            if len(sizes[row.run]):
                axis.ecdf(sizes[row.run] / row.nominal_um, linewidth=1.1, **styles[row.platform])
        axis.axvline(1, color="0.5", linewidth=0.8, linestyle=":")
        axis.set(title=f"{own['nominal_um'].iloc[0]:g} µm", xlim=BEADS_SHOWN)
        if own["median_um"].isna().all():
            axis.text(0.03, 0.9, "no size: see the table", transform=axis.transAxes)
    figure.supxlabel("diameter / nominal")
    figure.supylabel("share of particles up to there")
    named_platforms(figure, styles, title("Beads, one line a run", origin))
    return figure


def picture_sizes(samples: dict[str, dict[str, list[np.ndarray]]], smallest_um: float, origin: str) -> Figure:
    """Share of particles at least as large as a size, one line a run, all panels on one scale; `samples`: sample ->
    platform -> sizes."""
    styles = styles_of(sorted({platform for own in samples.values() for platform in own}))
    figure, axes = panels(len(samples), sharex=True, sharey=True)
    for axis, (sample, platforms) in zip(axes, samples.items(), strict=True):
        for platform, runs in platforms.items():
            for sizes in runs:
                share = 1 - np.arange(len(sizes)) / len(sizes)
                axis.step(sizes, share, linewidth=1.0, **styles[platform])
        axis.set(xscale="log", yscale="log", title=named(sample))
        axis.grid(alpha=0.3)
    ticks = [t for t in (1, 2, 5, 10, 20, 50, 100) if smallest_um <= t <= axes[0].get_xlim()[1]]
    axes[0].set_xticks(ticks, [f"{t:g}" for t in ticks])
    axes[0].minorticks_off()
    figure.supxlabel("diameter (µm)")
    figure.supylabel("share at least as large")
    named_platforms(figure, styles, title(f"Sizes from {smallest_um:g} µm, one line a run", origin))
    return figure
