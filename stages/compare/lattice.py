"""Diameters that an instrument reports in steps, and quantiles that don't fall on these steps."""

import numpy as np

FEWEST = 20
TOLERANCE = 1e-3  # of a step
COARSE = 0.05  # of the quartiles' range


def lattice_step(sizes: np.ndarray) -> float:
    """The step (um) of which all differences between `sizes` are multiples; 0 where there is none to see.

    Few values that come again and again are looked for, and steps that matter beside the sizes' spread: the last
    decimal of a table is one too, but a fine one.
    """
    values = np.unique(np.round(sizes, 6))
    if len(sizes) < FEWEST or len(values) < 2 or len(values) > len(sizes) / 2:
        return 0.0
    step = float(np.diff(values).min())
    low, high = np.quantile(sizes, [0.25, 0.75])
    steps = (values - values[0]) / step
    even = np.abs(steps - np.round(steps)).max() < TOLERANCE * max(1, steps.max())
    return step if even and step > COARSE * (high - low) else 0.0


def on_one_lattice(*platforms: list[np.ndarray]) -> tuple[list[list[np.ndarray]], float]:
    """Each platform's runs rounded to the coarsest steps that one of the platforms reports in, and this step; 0 where
    none does. A distance between rounded and other sizes would be that of the rounding."""
    together = [np.concatenate(runs) for runs in platforms]
    steps = [lattice_step(sizes) for sizes in together]
    step = max(steps)
    if not step:
        return list(platforms), 0.0
    origin = together[steps.index(step)].min()
    return [[origin + np.round((own - origin) / step) * step for own in runs] for runs in platforms], step


def quantiles(sizes: np.ndarray, shares: list[float], step: float) -> np.ndarray:
    """Quantiles of `sizes` (..., n) along the last axis, each spread evenly over the `step` that it stands for.

    The shares below the edges of the steps are exact, whatever the lattice does within; between edges they are
    interpolated, as for grouped data.
    """
    ordered = np.sort(sizes, axis=-1)
    if not step:
        return np.moveaxis(np.quantile(ordered, shares, axis=-1), 0, -1)
    places = np.asarray(shares) * ordered.shape[-1]
    flat = ordered.reshape(-1, ordered.shape[-1])
    return np.array([_grouped(own, places, step) for own in flat]).reshape(*ordered.shape[:-1], len(shares))


def _grouped(ordered: np.ndarray, places: np.ndarray, step: float) -> np.ndarray:
    values, counts = np.unique(ordered, return_counts=True)
    edges = np.column_stack([values - step / 2, values + step / 2]).ravel()
    below = np.cumsum(counts)
    return np.interp(places, np.column_stack([below - counts, below]).ravel(), edges)
