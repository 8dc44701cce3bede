"""Does the background drift in a run? From the borders of the particles' pictures, at its start and at its end."""

from pathlib import Path

import numpy as np
import pandas as pd

FEWEST = 10  # pictures at either end
SHARE = 0.25  # of a run's pictures that are its start, and its end


def border_level(image: bytes, height: int, width: int, channels: int) -> float:
    """Median grey level along the picture's edge."""
    pixels = np.frombuffer(image, np.uint8).reshape(height, width, channels).mean(axis=2)
    return float(np.median(np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])))


def drift_of(particles: pd.DataFrame) -> float | None:
    """Median level at the end less that at the start, grey levels; None where pictures or their order are lacking."""
    shown = particles.dropna(subset=["image", "frame"]).sort_values("frame", kind="stable")
    ends = int(len(shown) * SHARE)
    if ends < FEWEST:
        return None
    start, end = (
        np.median(
            [border_level(*row) for row in part[["image", "height", "width", "channels"]].itertuples(index=False)]
        )
        for part in (shown.head(ends), shown.tail(ends))
    )
    return float(end - start)


def largest_drifts(runs: pd.DataFrame, folder: str | Path) -> dict[str, float]:
    """Platform -> largest drift, by amount, of its bead runs; absent where none has one."""
    found: dict[str, float] = {}
    columns = ["frame", "image", "height", "width", "channels"]
    for row in runs[runs["role"] == "beads"].itertuples():
        drift = drift_of(pd.read_parquet(Path(folder) / f"{row.run}.parquet", columns=columns))
        if drift is not None:
            found[row.platform] = max(found.get(row.platform, 0.0), abs(drift))
    return found
