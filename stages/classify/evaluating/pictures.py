"""Pictures of one classifier: confusion matrix, precision-recall curves, label-error candidates."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from sklearn.metrics import precision_recall_curve

from stages.classify.evaluating.answers import Answers
from stages.common.confusion import recalls
from stages.common.figures import colour_of, plt

SHOWN = 24
COLUMNS = 8


def confusion_matrix(answers: Answers, title: str) -> Figure:
    """Counts, coloured by the share of the true class."""
    counts = answers.counts
    shares = counts / counts.sum(axis=1, keepdims=True)
    names = [name.replace("_", " ") for name in answers.classes]
    figure, axes = plt.subplots(figsize=(4.8, 4.0))
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.ndindex(counts.shape):
        text = f"{counts[row, column]:,.0f}\n{shares[row, column]:.1%}"
        colour = "white" if shares[row, column] > 0.5 else "black"
        axes.text(column, row, text, ha="center", va="center", color=colour)
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel="called", ylabel="labelled")
    axes.set_title(f"{title}\nmacro recall {recalls(counts).mean():.3f}")
    return figure


def precision_recall(answers: Answers, scores: dict[str, dict], title: str) -> Figure:
    """One curve a class, at native prevalence; `scores` maps each class to its figures."""
    colours = colour_of(answers.classes)
    figure, axes = plt.subplots(figsize=(4.8, 4.8))
    for number, name in enumerate(answers.classes):
        precision, recall, _ = precision_recall_curve(answers.label == number, answers.probabilities[:, number])
        average = scores[name]["average_precision"]
        text = f"{name.replace('_', ' ')}: {average['value']:.3f} ({average['low']:.3f} to {average['high']:.3f})"
        # From the highest threshold down; scikit-learn's last point, recall 0 and precision 1, is no threshold's.
        axes.step(recall[-2::-1], precision[-2::-1], where="post", color=colours[name], label=text)
    axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1.02), ylim=(0, 1.02), title=title)
    figure.legend(title="average precision (95 % interval)", loc="outside lower center")
    return figure


def candidates(found: pd.DataFrame, images: np.ndarray, title: str) -> Figure:
    """The first of the label-error candidates `found`, with their `images` (n, H, W)."""
    shown = found.head(SHOWN)
    rows = max(1, -(-len(shown) // COLUMNS))
    figure, grid = plt.subplots(rows, COLUMNS, figsize=(1.3 * COLUMNS, 1.7 * rows + 0.5), squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for axes, image, row in zip(grid.flat, images, shown.itertuples(), strict=False):
        axes.imshow(image, cmap="gray", vmin=0, vmax=255)
        axes.set_title(f"{row.particle_id}\n{row.predicted.replace('_', ' ')} {row.probability:.3f}", fontsize=6)
    many = f"{len(found)} candidates" if len(shown) == len(found) else f"{len(shown)} of {len(found)} candidates"
    figure.suptitle(f"{title}\n{many if len(found) else 'no candidate'}", fontsize=10)
    return figure
