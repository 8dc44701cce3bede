"""Where the network sees the class that it calls a particle: a class activation map (Zhou et al. 2016), which is what
Grad-CAM gives for a network whose last map is averaged before a linear head. For a person to look at; it proves
nothing about why a particle is called so."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from stages.common.arrays import read_images
from stages.common.figures import plt
from stages.predict.model.network import Network
from stages.predict.packing.known import NORMALIZED, KnownParticles
from stages.predict.pages.images import overlaid

EACH = 10  # particles of a group
GROUPS = {
    "right": "called so, drawn by chance",
    "doubtful": "called so, the least sure",
    "wrong": "called otherwise, the surest",
}


def groups_of(number: int, truth: np.ndarray, probabilities: np.ndarray, names: np.ndarray) -> dict[str, np.ndarray]:
    """Rows of at most EACH particles of class `number` in each of GROUPS. names (N,): digests, by which some are drawn
    and equal ones are ordered; probabilities (N, C)."""
    called, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    right = np.flatnonzero((truth == number) & (called == number))
    wrong = np.flatnonzero((truth == number) & (called != number))
    ordered = {
        "right": right[np.argsort(names[right])],
        "doubtful": right[np.lexsort((names[right], sure[right]))],
        "wrong": wrong[np.lexsort((names[wrong], -sure[wrong]))],
    }
    return {group: rows[:EACH] for group, rows in ordered.items()}


def explained(
    number: int, known: KnownParticles, probabilities: np.ndarray, classes: list[str], network: Network, title: str
) -> Figure:
    """Particles of class `number` as the network gets them, and below each where it sees what it calls it."""
    called, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    groups = groups_of(number, known.truth, probabilities, known.table["particle_id"].to_numpy())
    figure = plt.figure(figsize=(0.95 * EACH, 2.5 * len(GROUPS)))
    parts = figure.subfigures(len(GROUPS), 1, squeeze=False).ravel()
    for part, (group, rows) in zip(parts, groups.items(), strict=True):
        said = GROUPS[group] if len(rows) else f"{GROUPS[group]}: none"
        part.suptitle(said, x=0.01, ha="left", fontsize=8)
        plain, mapped = grid = part.subplots(2, EACH, squeeze=False)
        for axes in grid.flat:
            axes.axis("off")
        images = images_of(known, rows)
        maps = network.maps(images)[np.arange(len(rows)), called[rows]]
        for axes, below, image, seen_at, row in zip(plain, mapped, images, maps, rows, strict=False):
            axes.imshow(image, cmap="gray", vmin=0, vmax=255)
            name = classes[called[row]].replace("_", " ")
            axes.set_title(f"{name}\n{sure[row]:.3f}" if group == "wrong" else f"{sure[row]:.3f}", fontsize=6)
            below.imshow(overlaid(image, seen_at))
    figure.suptitle(title, fontsize=10)
    return figure


def images_of(known: KnownParticles, rows: np.ndarray, folder: Path = NORMALIZED) -> np.ndarray:
    """uint8 (rows, edge, edge)."""
    table = known.table.iloc[rows]
    found = [read_images(folder / f"{run}.npy")[row] for run, row in zip(table["run"], table["row"], strict=True)]
    return np.stack(found) if found else np.empty((0, 64, 64), np.uint8)
