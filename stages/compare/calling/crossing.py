"""Validation particles of every platform as every network calls them, as they are and with the contrast matched."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from stages.common.arrays import read_images
from stages.compare.calling.contrast import contrast_of, stretched
from stages.compare.calling.network import Network
from stages.compare.calling.particles import NORMALIZED

COLUMNS = ["trained", "tested", "style", "class", "called", "particles"]
AS_NORMALIZED, CONTRAST_MATCHED = "as normalized", "contrast matched"


def crossed_calls(networks: Mapping[str, Network], splits: pd.DataFrame) -> pd.DataFrame:
    """COLUMNS, a row for each network, platform, style, class and call; `networks`: the platform that each was trained
    on -> it."""
    them = {platform: _validation(splits, platform) for platform in networks}
    contrasts = {platform: contrast_of(*own) for platform, own in them.items() if len(own[0])}
    rows = []
    for trained, network in networks.items():
        for tested in contrasts:
            images, truth = them[tested]
            styles = {AS_NORMALIZED: images}
            if tested != trained and trained in contrasts:
                styles[CONTRAST_MATCHED] = stretched(images, contrasts[trained] / contrasts[tested])
            for style, shown in styles.items():
                called = np.array(network.classes)[network.called(shown)]
                counts = pd.DataFrame({"class": truth, "called": called}).value_counts(sort=False).rename("particles")
                rows.append(counts.reset_index().assign(trained=trained, tested=tested, style=style))
    return pd.concat(rows, ignore_index=True)[COLUMNS] if rows else pd.DataFrame(columns=COLUMNS)


def _validation(splits: pd.DataFrame, platform: str) -> tuple[np.ndarray, np.ndarray]:
    """Pictures (N, edge, edge) and classes (N,) of a platform's validation particles."""
    own = splits[(splits["platform"] == platform) & (splits["split"] == "validation")]
    parts = [
        (read_images(NORMALIZED / f"{run}.npy")[rows["row"].to_numpy()], rows["class"].to_numpy(str))
        for run, rows in own.groupby("run", sort=True)
    ]
    if not parts:
        return np.zeros((0, 1, 1), np.uint8), np.zeros(0, str)
    images, truth = zip(*parts, strict=True)
    return np.concatenate(images), np.concatenate(truth)
