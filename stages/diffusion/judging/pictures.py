"""The pictures of a generator: how it learnt, what it makes, and beside what real images."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from stages.common.figures import PALETTE, plt, save

GRID = 6  # images along a grid's edge
PAIRS = 12


def loss(path: Path, title: str, losses: pd.DataFrame, by_epoch: pd.DataFrame) -> None:
    """Loss against epoch (columns epoch, loss), and below it the distances of the samples at some epochs: Frechet, and
    KID with its standard deviation. Each has a panel and a scale of its own, and its floor."""
    figure, (above, frechet, kid) = plt.subplots(3, 1, figsize=(6, 6.4), sharex=True)
    figure.suptitle(title)
    above.plot(losses["epoch"], losses["loss"])
    above.set(ylabel="loss", ylim=(0, None))
    epochs, count = by_epoch["epoch"], by_epoch["n"].iloc[0]
    frechet.plot(epochs, by_epoch["frechet"], "o-", color=PALETTE[1], clip_on=False)
    frechet.set(ylabel=f"Frechet distance\n({count} images)", ylim=(0, None))
    kid.errorbar(epochs, by_epoch["kid"], by_epoch["kid_sd"], fmt="s-", color=PALETTE[2], clip_on=False)
    kid.set(ylabel=f"KID\n({count} images)", ylim=(min(0, by_epoch[["kid", "kid_floor"]].min(axis=None)), None))
    kid.set_xlabel("epoch; dotted: real training images, as many")
    for axis, name in ((frechet, "frechet_floor"), (kid, "kid_floor")):
        axis.axhline(by_epoch[name].iloc[0], color="0.3", lw=1, ls=":")
    save(figure, path)


def samples(path: Path, title: str, images: np.ndarray, epochs: list[int]) -> None:
    """(E, n, H, W): one row an epoch, the same noise in each column."""
    columns = min(images.shape[1], 8)
    figure, axes = plt.subplots(len(epochs), 1, figsize=(columns, 1.25 * len(epochs) + 0.3), squeeze=False)
    figure.suptitle(title)
    for axis, row, epoch in zip(axes[:, 0], images, epochs, strict=True):
        _show(axis, tiled(row[:columns], columns))
        axis.set_title(f"epoch {epoch}", loc="left")
    save(figure, path)


def rows(path: Path, title: str, images: np.ndarray) -> None:
    """(R, n, H, W), one below another."""
    count, columns, height, width = images.shape
    figure, axis = plt.subplots(figsize=(columns, count + 0.4))
    figure.suptitle(title)
    _show(axis, tiled(images.reshape(-1, height, width), columns))
    save(figure, path)


def shapes(
    path: Path, title: str, real: dict[str, np.ndarray], synthetic: dict[str, np.ndarray], names: dict[str, str]
) -> None:
    """One panel a measure: the share of images up to each value."""
    figure, axes = plt.subplots(1, len(names), figsize=(2.4 * len(names), 2.8), sharey=True)
    figure.suptitle(title)
    for axis, (measure, words) in zip(axes, names.items(), strict=True):
        for values, name in ((real, "real, held out"), (synthetic, "synthetic")):
            axis.ecdf(values[measure], label=f"{name} ({len(values[measure])})") if len(values[measure]) else None
        axis.set_xlabel(words, fontsize=8)
    axes[0].set_ylabel("share of images up to there")
    axes[0].legend(fontsize=7)
    save(figure, path)


def trajectory(path: Path, title: str, frames: dict[int, np.ndarray]) -> None:
    """One image (H, W) after some of the sampler's steps."""
    figure, axes = plt.subplots(1, len(frames), figsize=(1.3 * len(frames), 1.8), squeeze=False)
    figure.suptitle(title)
    for axis, (step, image) in zip(axes[0], frames.items(), strict=True):
        _show(axis, image)
        axis.set_title(f"step {step}")
    save(figure, path)


def real_and_generated(path: Path, title: str, real: np.ndarray, synthetic: np.ndarray) -> None:
    """Two grids beside each other."""
    figure, axes = plt.subplots(1, 2, figsize=(9, 4.9))
    figure.suptitle(title)
    for axis, images, name in zip(axes, (real, synthetic), ("real, held out", "synthetic"), strict=True):
        _show(axis, tiled(images[: GRID**2], GRID))
        axis.set_title(name)
    save(figure, path)


def neighbours(path: Path, title: str, synthetic: np.ndarray, nearest: np.ndarray, gap: np.ndarray) -> None:
    """Each synthetic image beside its nearest training image, the smallest gap ratios first."""
    order = np.argsort(gap, kind="stable")[:PAIRS]
    columns = 4
    rows = -(-len(order) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(2.4 * columns, 1.5 * rows + 0.4), squeeze=False)
    figure.suptitle(title)
    for axis in axes.flat:
        axis.axis("off")
    for axis, i in zip(axes.flat, order, strict=False):
        _show(axis, tiled(np.stack([synthetic[i], nearest[i]]), 2))
        axis.set_title(f"gap ratio {gap[i]:.2f}", fontsize=8)
    save(figure, path)


def tiled(images: np.ndarray, columns: int, space: int = 2) -> np.ndarray:
    """(N, H, W) uint8 in rows of `columns`, white between."""
    rows = -(-len(images) // columns)
    height, width = images.shape[1] + space, images.shape[2] + space
    sheet = np.full((rows * height - space, columns * width - space), 255, np.uint8)
    for i, image in enumerate(images):
        top, left = i // columns * height, i % columns * width
        sheet[top : top + images.shape[1], left : left + images.shape[2]] = image
    return sheet


def _show(axis: Axes, image: np.ndarray) -> None:
    axis.imshow(image, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    axis.axis("off")
