"""Do two platforms see the same size distribution? Distances, with whole runs permuted between platforms."""

import itertools
import math

import numpy as np

DRAWS = 2000  # relabellings that are drawn when there are more than these


def distances(tables: np.ndarray, edges: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """Kolmogorov-Smirnov's and Wasserstein's distance (um) between the pooled runs.

    `tables` (runs, M) counts of each run at the M ascending sizes `edges`; `second` (runs,) bool.
    """
    first_cdf, second_cdf = (np.cumsum(tables[own].sum(axis=0)) / tables[own].sum() for own in (~second, second))
    gap = np.abs(first_cdf - second_cdf)
    return float(gap.max()), float((gap[:-1] * np.diff(edges)).sum())


def relabellings(second: np.ndarray, random: np.random.Generator) -> list[np.ndarray]:
    """Every way to call as many runs the second platform's, or DRAWS random ones (the true one first)."""
    runs, chosen = len(second), int(second.sum())
    if math.comb(runs, chosen) <= DRAWS:
        ways = itertools.combinations(range(runs), chosen)
        return [np.isin(np.arange(runs), way) for way in ways]
    return [second, *(random.permutation(second) for _ in range(DRAWS - 1))]


def compare_sizes(sizes: list[np.ndarray], second: np.ndarray, random: np.random.Generator) -> dict:
    """Distances between two platforms' sizes (um, one array a run) and their p by permutation of runs.

    Particles of a run are not independent, so runs change places, never particles; p is the share of relabellings
    with a distance at least as large, the true one included. With few runs p is coarse: `smallest_p` says how.
    """
    edges = np.unique(np.concatenate(sizes))
    tables = np.zeros((len(sizes), len(edges)))
    for table, own in zip(tables, sizes, strict=True):
        values, counts = np.unique(own, return_counts=True)
        table[np.searchsorted(edges, values)] = counts
    truth = distances(tables, edges, second)
    ways = relabellings(second, random)
    null = np.array([distances(tables, edges, way) for way in ways])
    least = (null >= np.array(truth) * (1 - 1e-9)).mean(axis=0)
    # With as many runs on each side every relabelling has a mirror image with the same distance.
    mirrored = 2 if second.sum() * 2 == len(second) else 1
    return {
        "runs": {"first": int((~second).sum()), "second": int(second.sum())},
        "ks": truth[0],
        "ks_p": float(least[0]),
        "wasserstein_um": truth[1],
        "wasserstein_p": float(least[1]),
        "smallest_p": mirrored / len(ways),
    }
