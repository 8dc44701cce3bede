"""How far two distributions of a measure lie apart, and how likely that is by chance."""

import numpy as np

DRAWS = 999
RUNS_ENOUGH = 19  # with fewer runs than this no p can be as small as 0.05


def apart(new: np.ndarray, real: np.ndarray, runs: np.ndarray, random: np.random.Generator) -> dict:
    """Wasserstein distance, Kolmogorov-Smirnov statistic and their p, of values (M,) and (N,) with the reals' `runs`.

    With RUNS_ENOUGH runs the generated images count as one run more: p is the share of runs, theirs included, that lie
    at least as far from all other runs. With fewer, images change places; that takes the images of a run as
    independent, so it finds differences too easily.
    """
    truth = distances(new, real)
    names = np.unique(runs)
    if len(names) >= RUNS_ENOUGH:
        sizes = [int((runs == name).sum()) for name in names]
        taken = random.permutation(new)[: int(np.median(sizes))]
        null = [distances(real[runs == name], np.concatenate([taken, real[runs != name]])) for name in names]
        compared, unit = distances(taken, real), "run"
    else:
        pooled = np.concatenate([new, real])
        mixed = (random.permutation(pooled) for _ in range(DRAWS))
        null = [distances(values[: len(new)], values[len(new) :]) for values in mixed]
        compared, unit = truth, "image"
    least = (1 + (np.array(null) >= np.array(compared) * (1 - 1e-9)).sum(axis=0)) / (1 + len(null))
    return {
        "wasserstein": truth[0],
        "ks": truth[1],
        "wasserstein_p": float(least[0]),
        "ks_p": float(least[1]),
        "permuted": unit,
    }


def distances(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    """Wasserstein's distance and Kolmogorov-Smirnov's statistic."""
    values = np.sort(np.concatenate([a, b]))
    gap = np.abs(
        np.searchsorted(np.sort(a), values, "right") / len(a) - np.searchsorted(np.sort(b), values, "right") / len(b)
    )
    return float((gap[:-1] * np.diff(values)).sum()), float(gap.max())
