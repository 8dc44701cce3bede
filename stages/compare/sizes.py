"""Do two platforms see the same size distribution? Distances, with whole runs permuted between platforms."""

import itertools
import math
from dataclasses import dataclass

import numpy as np

from stages.common.distances import distances

DRAWS = 2000  # relabellings that are drawn when there are more than these


@dataclass(frozen=True)
class Compared:
    """One sample's distances (KS, Wasserstein in um) between platforms, and those of all relabellings (W, 2)."""

    truth: np.ndarray
    null: np.ndarray
    numbers: dict


def relabellings(second: np.ndarray, random: np.random.Generator) -> list[np.ndarray]:
    """Every way to call as many runs the second platform's, or DRAWS random ones (the true one first)."""
    runs, chosen = len(second), int(second.sum())
    if math.comb(runs, chosen) <= DRAWS:
        ways = itertools.combinations(range(runs), chosen)
        return [np.isin(np.arange(runs), way) for way in ways]
    return [second, *(random.permutation(second) for _ in range(DRAWS - 1))]


def compare_sizes(sizes: list[np.ndarray], second: np.ndarray, random: np.random.Generator) -> Compared:
    """Distances between two platforms' sizes (um, one array a run) and their p by permutation of runs.

    Particles of a run are not independent, so runs change places, never particles; p is the share of relabellings
    with a distance at least as large, the true one included. With few runs p is coarse: `smallest_p` says how.
    `floor` is the mean distance between two runs of one platform, `across` that between two of different platforms:
    single runs alike, so one may be held against the other.
    """
    edges = np.unique(np.concatenate(sizes))
    tables = np.zeros((len(sizes), len(edges)))
    for table, own in zip(tables, sizes, strict=True):
        values, counts = np.unique(own, return_counts=True)
        table[np.searchsorted(edges, values)] = counts

    def between(second: np.ndarray) -> tuple[float, float]:
        return distances(edges, tables[~second].sum(axis=0), tables[second].sum(axis=0))

    truth = np.array(between(second))
    ways = relabellings(second, random)
    null = np.array([between(way) for way in ways])
    least = _share_as_large(null, truth)
    # With as many runs on each side every relabelling has a mirror image with the same distance.
    mirrored = 2 if second.sum() * 2 == len(second) else 1
    numbers = {
        "runs": {"first": int((~second).sum()), "second": int(second.sum())},
        "ks": truth[0],
        "ks_p": least[0],
        "wasserstein_um": truth[1],
        "wasserstein_p": least[1],
        "smallest_p": mirrored / len(ways),
        **_between_runs(edges, tables, second),
    }
    return Compared(truth, null, numbers)


def _between_runs(edges: np.ndarray, tables: np.ndarray, second: np.ndarray) -> dict:
    """Mean distances between two runs with particles, of one platform (`floor`) and of two (`across`)."""
    filled = [place for place in range(len(tables)) if tables[place].any()]
    found: dict[str, list] = {"floor": [], "across": []}
    for one, other in itertools.combinations(filled, 2):
        kind = "floor" if second[one] == second[other] else "across"
        found[kind].append(distances(edges, tables[one], tables[other]))
    return {
        kind: dict(zip(("ks", "wasserstein_um"), np.mean(each, axis=0), strict=True)) if each else None
        for kind, each in found.items()
    }


def add_up(samples: list[Compared], random: np.random.Generator) -> dict:
    """p of the distances' sums over samples, runs permuted within each: few runs of one sample can't go below
    p = 0.1, several samples together can. Exact where there are at most DRAWS joint relabellings, else drawn."""
    truth = np.sum([own.truth for own in samples], axis=0)
    together = math.prod(len(own.null) for own in samples)
    if together <= DRAWS:
        null = samples[0].null
        for own in samples[1:]:
            null = (null[:, None] + own.null[None]).reshape(-1, 2)
    else:
        drawn = sum(own.null[random.integers(len(own.null), size=DRAWS - 1)] for own in samples)
        null = np.vstack([truth, drawn])
    least = _share_as_large(null, truth)
    return {"samples": len(samples), "ks_p": least[0], "wasserstein_p": least[1]}


def _share_as_large(null: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Of the relabellings, with room for rounding."""
    return (null >= truth * (1 - 1e-9)).mean(axis=0)
