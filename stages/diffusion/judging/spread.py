"""How far two distributions of a measure lie apart, and how likely that is by chance."""

import numpy as np

from stages.common.distances import distances

DRAWS = 999
RUNS_ENOUGH = 19  # with fewer runs than this no p can be as small as 0.05


def apart(new: np.ndarray, real: np.ndarray, runs: np.ndarray, random: np.random.Generator) -> dict:
    """Wasserstein distance, Kolmogorov-Smirnov statistic and their p, of values (M,) and (N,) with the reals' `runs`.

    With RUNS_ENOUGH runs the synthetic images count as one run more: p is the share of runs, theirs included, that lie
    at least as far from all other runs. With fewer, images change places; that takes the images of a run as
    independent, so it finds differences too easily.
    """
    values, pooled = np.unique(np.concatenate([new, real]), return_inverse=True)
    new, real = pooled[: len(new)], pooled[len(new) :]  # from here on, places among `values`

    def between(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
        return distances(values, *(np.bincount(own, minlength=len(values)) for own in (first, second)))

    truth = between(new, real)
    names = np.unique(runs)
    if len(names) >= RUNS_ENOUGH:
        sizes = [int((runs == name).sum()) for name in names]
        taken = random.permutation(new)[: int(np.median(sizes))]
        null = [between(real[runs == name], np.concatenate([taken, real[runs != name]])) for name in names]
        compared, unit = between(taken, real), "run"
    else:
        mixed = (random.permutation(pooled) for _ in range(DRAWS))
        null = [between(places[: len(new)], places[len(new) :]) for places in mixed]
        compared, unit = truth, "image"
    ks_p, wasserstein_p = (1 + (np.array(null) >= np.array(compared) * (1 - 1e-9)).sum(axis=0)) / (1 + len(null))
    return {
        "wasserstein": truth[1],
        "ks": truth[0],
        "wasserstein_p": float(wasserstein_p),
        "ks_p": float(ks_p),
        "permuted": unit,
    }
