"""All figures of one classifier on the particles of one platform."""

import numpy as np

from stages.classify.data.scores import at_shares, average_precision, confusion, precisions
from stages.classify.intervals import mean_of_shares, percentiles, resamples, resampling_units, wilson

Scores = dict[str, np.ndarray]


def judged(
    label: np.ndarray,
    probabilities: np.ndarray,
    run: np.ndarray,
    classes: list[str],
    prevalence: float,
    times: int,
    random: np.random.Generator,
) -> dict:
    """Recall, and at three prevalences precision and average precision, with 95 % intervals.

    `label` (N,) numbers of `classes`, the first the majority; `probabilities` (N, classes); `run` (N,). "native": as
    counted. "balanced" and "at_prevalence" are reweighted, not measured: a particle of class c, of which there are n,
    weighs s_c / n, with s_c = 1 / classes, or `prevalence` for each minority class and the rest for the majority.
    """
    count = len(classes)
    minority = [prevalence] * (count - 1)
    shares = {
        "native": None,
        "balanced": np.full(count, 1 / count),
        "at_prevalence": np.array([1 - sum(minority), *minority]),
    }
    point = _at_all_shares(label, probabilities, np.ones((1, len(label))), shares)
    again = [_at_all_shares(label, probabilities, weights, shares) for weights in resamples(label, run, times, random)]
    blocks = {name: _with_intervals(point[name], [each[name] for each in again], classes) for name in shares}
    units = resampling_units(label, run, count)
    native = _counted(blocks["native"], confusion(label, probabilities.argmax(axis=1), count), classes, units)
    return {
        "native": native,
        "balanced": {"reweighted": True, **blocks["balanced"]},
        "at_prevalence": {"reweighted": True, "prevalence": prevalence, **blocks["at_prevalence"]},
    }


def _at_all_shares(label, probabilities, weights, shares: dict[str, np.ndarray | None]) -> dict[str, Scores]:
    called = probabilities.argmax(axis=1)
    return {
        name: _scores(label, probabilities, called, weights if share is None else at_shares(label, share, weights))
        for name, share in shares.items()
    }


def _scores(label, probabilities, called, weights) -> Scores:
    """Scores for each row of `weights` (B, N): macro ones (B,), those of the classes (B, classes)."""
    count = probabilities.shape[1]
    precision = precisions(confusion(label, called, count, weights))
    average = np.stack(
        [average_precision(label == number, probabilities[:, number], weights) for number in range(count)], axis=1
    )
    return {
        "macro_precision": precision.mean(axis=1),
        "macro_auprc": average.mean(axis=1),
        "minority_auprc": average[:, 1:].mean(axis=1),
        "precision": precision,
        "average_precision": average,
    }


def _with_intervals(point: Scores, again: list[Scores], classes: list[str]) -> dict:
    """The values `point` with the middle 95 % of those resampled."""
    resampled = {name: np.concatenate([scores[name] for scores in again]) for name in point}
    macro = [name for name in point if point[name].ndim == 1]
    single = [name for name in point if point[name].ndim == 2]
    return {
        **{name: _interval(point[name][0], resampled[name]) for name in macro},
        "classes": {
            label: {name: _interval(point[name][0, number], resampled[name][:, number]) for name in single}
            for number, label in enumerate(classes)
        },
    }


def _interval(value: float, resampled: np.ndarray) -> dict[str, float]:
    low, high = percentiles(resampled)
    return {"value": float(value), "low": low, "high": high}


def _counted(block: dict, counts: np.ndarray, classes: list[str], units: list[str]) -> dict:
    """`block` with what is counted: recall, and Wilson's intervals for recall and precision, which are shares."""
    found = {}
    for number, name in enumerate(classes):
        hits, there, said = counts[number, number], counts[number].sum(), counts[:, number].sum()
        found[name] = {
            "particles": int(there),
            "called": int(said),
            "recall": _share(hits, there),
            "precision": _share(hits, said),
            "average_precision": block["classes"][name]["average_precision"],
            "resampled_by": units[number],
        }
    macro_recall = mean_of_shares([scores["recall"] for scores in found.values()])
    return {"macro_recall": macro_recall, **block, "classes": found}


def _share(hits: float, total: float) -> dict[str, float]:
    low, high = wilson(hits, total)
    return {"value": hits / total if total else 0.0, "low": low, "high": high}
