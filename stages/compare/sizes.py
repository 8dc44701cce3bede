"""Do two platforms see the same size distribution? Distances, with whole runs permuted between platforms."""

import itertools
import math

import numpy as np

from stages.common.distances import distances

DRAWS = 2000  # relabellings that are drawn when there are more than these


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

    def between(second: np.ndarray) -> tuple[float, float]:
        return distances(edges, tables[~second].sum(axis=0), tables[second].sum(axis=0))

    truth = between(second)
    ways = relabellings(second, random)
    null = np.array([between(way) for way in ways])
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
