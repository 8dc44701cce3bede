"""Particles whose class is known, as the network sees them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.arrays import read_images
from stages.common.base.errors import InputError
from stages.common.particles import size_column
from stages.predict.model.network import Network
from stages.predict.unknown.appearance import Appearance, appearance

NORMALIZED = Path("data/normalized")
SPLITS = Path("data/splits.parquet")
DIAMETERS = ("abd_um", "ecd_um", "esd_um")


@dataclass(frozen=True)
class KnownParticles:
    """N particles of one split: truth (N,), class by number; run (N,), its name; logits (N, C); seen: what
    they look like; table: their rows in data/normalized; `row`: the place in their run's."""

    truth: np.ndarray
    run: np.ndarray
    logits: np.ndarray
    seen: Appearance
    table: pd.DataFrame

    @property
    def sized_by(self) -> str | None:
        """The diameter that the instrument reports; None: none."""
        reported = {name: bool(self.table[name].notna().any()) for name in DIAMETERS}
        return size_column(reported) if any(reported.values()) else None

    def diameter(self, column: str | None) -> np.ndarray:
        """um (N,), NaN where it isn't told."""
        return np.full(len(self.truth), np.nan) if column is None else self.table[column].to_numpy(float)

    @property
    def runs(self) -> list[str]:
        return sorted(set(self.run))

    @property
    def run_numbers(self) -> np.ndarray:
        """The run of each particle (N,) as its place in `runs`."""
        return np.searchsorted(self.runs, self.run)


def known_particles(split: str, platform: str, classes: list[str], network: Network) -> KnownParticles:
    """Of `split` and `platform`, run by run. Raises InputError when a class has none."""
    table = pd.read_parquet(SPLITS)
    own = table[(table["split"] == split) & (table["platform"] == platform) & table["class"].isin(classes)]
    if missing := [name for name in classes if name not in set(own["class"])]:
        raise InputError(
            f"no particle of {', '.join(missing)} in the {split} split of platform {platform}: "
            f"give split.fractions.{split} in params.yaml a larger share"
        )
    parts, logits, looks = [], [], []
    for run, rows in own.groupby("run", sort=True):
        places = rows["row"].to_numpy()
        labels = rows["class"].to_numpy()
        of_run = pd.read_parquet(NORMALIZED / f"{run}.parquet").iloc[places]
        parts.append(of_run.assign(**{"class": labels, "row": places}))
        images = read_images(NORMALIZED / f"{run}.npy")[places]
        outputs = network.answers(images)
        logits.append(outputs[0])
        looks.append(appearance(outputs[1], images, parts[-1]))
    joined = pd.concat(parts, ignore_index=True)
    truth = pd.Index(classes).get_indexer(joined["class"])
    seen = Appearance(*(np.concatenate([getattr(one, name) for one in looks]) for name in vars(looks[0])))
    return KnownParticles(truth, joined["run"].to_numpy(), np.concatenate(logits), seen, joined)


def together(first: KnownParticles, second: KnownParticles) -> KnownParticles:
    """Those of two splits."""
    seen = Appearance(*(np.concatenate([own, vars(second.seen)[name]]) for name, own in vars(first.seen).items()))
    truth, run, logits = (
        np.concatenate([getattr(first, name), getattr(second, name)]) for name in ("truth", "run", "logits")
    )
    return KnownParticles(truth, run, logits, seen, pd.concat([first.table, second.table], ignore_index=True))
