"""Can a classifier tell synthetic from real? Classifier two-sample test (Lopez-Paz & Oquab 2017)."""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from statsmodels.stats.proportion import proportion_confint

from stages.diffusion.judging.compared import Compared

FOLDS = 5


def told_apart(compared: Compared) -> dict:
    """Two-sample test of n synthetic against n held-out images; `real_floor`: of training against held-out ones."""
    synthetic, held_out, training = compared.equal_features()
    runs = compared.held_out_runs[: compared.n]
    return {
        "n": compared.n,
        "network": compared.network,
        **two_sample(synthetic, held_out, runs, compared.random("two sample")),
        "real_floor": two_sample(training, held_out, runs, compared.random("two sample"))
        | {"training_runs": len(np.unique(compared.training_runs[: compared.n]))},
    }


def two_sample(new: np.ndarray, real: np.ndarray, runs: np.ndarray, random: np.random.Generator) -> dict:
    """Accuracy of logistic regression on features (N, D) each, on images that it has not seen: 0.5 when they are alike.

    Folds divide the real ones by `runs` (N,) where there are two or more, so that no run stands on both sides; else by
    image. The interval is Wilson's over images: too narrow where runs differ.
    """
    own = len(np.unique(runs))
    count = min(FOLDS, len(new), own if own > 1 else len(real))
    folds = np.concatenate(
        [
            random.permutation(len(new)) % count,
            _by_run(runs, count) if own > 1 else random.permutation(len(real)) % count,
        ]
    )
    features = np.concatenate([new, real])
    label = np.repeat([1, 0], [len(new), len(real)])
    splits = [(np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)) for fold in range(count)]
    called = cross_val_predict(
        make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=1000)), features, label, cv=splits
    )
    # The mean of both sides' shares, lest a fold of unequal sides rewards a guess.
    right = np.array([np.mean(called[label == side] == side) for side in (0, 1)])
    accuracy = float(right.mean())
    low, high = proportion_confint(accuracy * len(label), len(label), method="wilson")
    return {
        "accuracy": accuracy,
        "low": float(low),
        "high": float(high),
        "real_runs": own,
        "left_out": "run" if own > 1 else "image",
        "interval_over": "images; differences between runs need more runs",
    }


def _by_run(runs: np.ndarray, count: int) -> np.ndarray:
    """The fold of each image: whole runs, in folds of nearly equal size."""
    fold = np.empty(len(runs), int)
    for number, (_, left_out) in enumerate(GroupKFold(count).split(runs, groups=runs)):
        fold[left_out] = number
    return fold
