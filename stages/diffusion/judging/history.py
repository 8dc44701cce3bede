"""What a training left of its way: its losses, and a class's samples at some epochs."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from stages.diffusion.model.weights import Card


@dataclass(frozen=True)
class History:
    """`losses` has a row each epoch: epoch, images_seen, loss. `samples` are (epochs, n, H, W) uint8."""

    losses: pd.DataFrame
    samples: np.ndarray
    epochs: list[int]  # of the samples

    @classmethod
    def read(cls, generator: Path, label: str, card: Card) -> "History":
        """Of class `label` from the folder of its `generator`."""
        samples = np.load(generator / label / "samples.npy", allow_pickle=False)
        return cls(pd.read_csv(generator / "loss.csv"), samples, card.sample_epochs)

    def mean_losses(self) -> list[float]:
        """For each sample epoch, the mean loss since the one before."""
        found, before = [], 0
        for epoch in self.epochs:
            since = (self.losses["epoch"] > before) & (self.losses["epoch"] <= epoch)
            found.append(float(self.losses.loc[since, "loss"].mean()))
            before = epoch
        return found
