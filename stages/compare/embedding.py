"""The features that a network learned, as a map and as numbers that say how far the platforms lie apart."""

from itertools import combinations

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, silhouette_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from stages.common.base.seeds import random_of, seed_of

FOLDS = 5


def features_of(table: pd.DataFrame) -> np.ndarray:
    """(N, K) float features, the columns f0 to fK-1 in the order of their numbers."""
    names = sorted((name for name in table if name[0] == "f" and name[1:].isdigit()), key=lambda name: int(name[1:]))
    return table[names].to_numpy(np.float32)


def drawn(table: pd.DataFrame, count: int, seed: int) -> pd.DataFrame:
    """At most `count` rows, as near as can be as many of each platform and class."""
    order = random_of(seed, "compare", "embedding").permutation(len(table))
    shuffled = table.iloc[order]
    turn = shuffled.groupby(["platform", "class"]).cumcount()
    return shuffled.assign(turn=turn).sort_values("turn", kind="stable").drop(columns="turn").head(count)


def umap_of(features: np.ndarray, *, neighbours: int, min_dist: float, seed: int) -> np.ndarray:
    """(N, 2) coordinates (McInnes et al. 2018); one thread, so that the same seed gives the same map."""
    from umap import UMAP  # compiles for seconds when imported, so only when it's wanted

    reducer = UMAP(
        n_neighbors=min(neighbours, len(features) - 1),
        min_dist=min_dist,
        random_state=seed_of(seed, "compare", "umap") % 2**32,
        n_jobs=1,
    )
    return reducer.fit_transform(StandardScaler().fit_transform(features))


def platform_accuracy(features: np.ndarray, table: pd.DataFrame, seed: int) -> dict:
    """How well a logistic regression tells the platforms apart within each class, tested on what it has not seen.

    Balanced accuracy, 0.5 for two platforms that can't be told apart. Whole runs are left out where each platform has
    at least two of the class. Else particles are, and the accuracy is an upper bound: it then also holds what only
    sets one run apart from another. `accuracy` is the mean over classes.
    """
    by_class = {}
    for name in sorted(table["class"].unique()):
        own = (table["class"] == name).to_numpy()
        found = _accuracy_in_class(features[own], table[own], seed)
        if found is not None:
            by_class[name] = found
    if not by_class:
        return {"reason": "no class has enough particles on both platforms"}
    return {"accuracy": float(np.mean([found["accuracy"] for found in by_class.values()])), "by_class": by_class}


def _accuracy_in_class(features: np.ndarray, table: pd.DataFrame, seed: int) -> dict | None:
    truth = table["platform"].to_numpy(str)
    runs = table.groupby("platform")["run"].nunique()
    by_run = runs.min() >= 2
    most = int(runs.min() if by_run else table["platform"].value_counts().min())
    if len(runs) < 2 or most < 2:
        return None
    groups = table["run"].to_numpy(str) if by_run else np.arange(len(table))
    folds = StratifiedGroupKFold(min(FOLDS, most), shuffle=True, random_state=seed_of(seed, "folds") % 2**32)
    guessed = np.empty_like(truth)
    for train, test in folds.split(features, truth, groups=groups):
        model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, class_weight="balanced", max_iter=2000))
        guessed[test] = model.fit(features[train], truth[train]).predict(features[test])
    accuracy = float(balanced_accuracy_score(truth, guessed))
    return {"accuracy": accuracy, "left_out": "run" if by_run else "particle"}


def silhouette(features: np.ndarray, table: pd.DataFrame, by: str) -> dict[str, float]:
    """For each class the silhouette (Rousseeuw 1987) of the groups in column `by`, in standardized features: 0 when
    mixed, 1 when far apart."""
    scaled = StandardScaler().fit_transform(features)
    result = {}
    for name in sorted(table["class"].unique()):
        own = (table["class"] == name).to_numpy()
        groups = table[by].to_numpy(str)[own]
        if 1 < len(np.unique(groups)) < len(groups):
            result[name] = float(silhouette_score(scaled[own], groups))
    return result


def run_silhouette(features: np.ndarray, table: pd.DataFrame) -> dict[str, float]:
    """For each class the mean silhouette of two runs of one platform: what `silhouette` by platform has to exceed.

    Two runs at a time, as there are two platforms at a time; a class is absent where no platform has two runs of it.
    """
    scaled = StandardScaler().fit_transform(features)
    result: dict[str, list[float]] = {}
    for (name, _), own in table.groupby(["class", "platform"]):
        for pair in combinations(sorted(own["run"].unique()), 2):
            both = ((table["class"] == name) & table["run"].isin(pair)).to_numpy()
            if both.sum() > 2:
                runs = table["run"].to_numpy(str)[both]
                result.setdefault(name, []).append(float(silhouette_score(scaled[both], runs)))
    return {name: float(np.mean(values)) for name, values in result.items()}
