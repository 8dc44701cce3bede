"""Picture of samples that were predicted without having been fitted to."""

from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from stages.common.base.origin import title
from stages.common.figures import PALETTE
from stages.compare.transfer.held_out import HeldOut

SUBS = (1, 2, 5)  # of each decade that are written at the axis
HALF = 0.5  # where a count of none is drawn on a logarithmic axis


def picture_held_out(tried: dict[str, list[HeldOut]], origin: str) -> Figure:
    """One panel a direction, one row a sample and size: the interval of 90 %, and the count that was observed; hollow
    where a new sample like it would get no prediction."""
    rows = max(map(len, tried.values()))
    size = (1.5 + 4.2 * len(tried), 1.4 + 0.28 * rows)
    figure, axes = plt.subplots(1, len(tried), figsize=size, squeeze=False)
    for axis, (name, samples) in zip(axes.flat, tried.items(), strict=True):
        for place, own in enumerate(samples):
            colour = PALETTE[2] if own.inside else PALETTE[4]
            ends = [max(HALF, own.predicted.low), own.predicted.high]
            axis.plot(ends, [place, place], color="0.6", linewidth=5, alpha=0.4 if own.refused else 1)
            axis.plot(max(HALF, own.observed), place, "o", color=colour, mfc="none" if own.refused else colour)
        axis.set_yticks(
            range(len(samples)), [f"{own.sample.replace('_', ' ')} ≥ {own.second_um:g} µm" for own in samples]
        )
        axis.set(xscale="log", title=name, xlabel="count", ylim=(len(samples) - 0.5, -0.5))
        axis.xaxis.set_major_locator(LogLocator(subs=SUBS))
        axis.xaxis.set_major_formatter("{x:g}")
        axis.xaxis.set_minor_formatter(NullFormatter())
    figure.suptitle(title("Left out and predicted: grey, 90 % interval; point, observed", origin))
    return figure
