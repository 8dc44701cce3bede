"""Average precision of each class, and its means, at given shares of the classes."""

import numpy as np

from stages.classify.data.scores import at_shares, average_precision
from stages.classify.evaluating.answers import Answers
from stages.classify.evaluating.bootstrap import between_tails, resamples, tail
from stages.common.majority import minorities

MEANS = ("macro_auprc", "minority_auprc")


def averages(answers: Answers, shares: np.ndarray) -> dict:
    """Values alone, where class c makes up `shares[c]`: `macro_auprc`, `minority_auprc`, and by class under
    `classes`."""
    values = _values(answers, shares, np.ones((1, len(answers.label))))[0]
    return _named(answers, [{"value": float(value)} for value in values])


def averages_with_intervals(
    answers: Answers, shares: dict[str, np.ndarray], *, times: int, random: np.random.Generator
) -> dict[str, dict]:
    """For each of `shares` the same with 95 % intervals of `times` resamples, which all of them have in common."""
    point = {name: _values(answers, share, np.ones((1, len(answers.label))))[0] for name, share in shares.items()}
    again: dict[str, list[np.ndarray]] = {name: [] for name in shares}
    for weights in resamples(answers.label, answers.run, times, random):
        for name, share in shares.items():
            again[name].append(_values(answers, share, weights))
    ends = tail(answers.label, answers.run)
    limits = {name: [between_tails(values, ends) for values in np.concatenate(again[name]).T] for name in shares}
    return {
        name: _named(
            answers,
            [
                {"value": float(value), "low": low, "high": high}
                for value, (low, high) in zip(point[name], limits[name], strict=True)
            ],
        )
        for name in shares
    }


def _values(answers: Answers, shares: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """For each row of `weights` (B, N) the MEANS, then the classes: (B, 2 + classes)."""
    weighted = at_shares(answers.label, shares, weights)
    classes = range(len(answers.classes))
    single = np.stack(
        [average_precision(answers.label == c, answers.probabilities[:, c], weighted) for c in classes], axis=1
    )
    minority = single[:, minorities(len(classes))].mean(axis=1)
    return np.column_stack([single.mean(axis=1), minority, single])


def _named(answers: Answers, estimates: list[dict]) -> dict:
    means, single = estimates[: len(MEANS)], estimates[len(MEANS) :]
    return {
        **dict(zip(MEANS, means, strict=True)),
        "classes": dict(zip(answers.classes, single, strict=True)),
    }
