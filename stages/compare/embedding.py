"""The features that a network learned, as a map and as numbers that say how far the platforms lie apart."""

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, silhouette_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from stages.common.seeds import generator, seed_of


def features_of(table: pd.DataFrame) -> np.ndarray:
    """(N, K) float features, the columns f0 to fK-1 in the order of their numbers."""
    names = sorted((name for name in table if name[0] == "f" and name[1:].isdigit()), key=lambda name: int(name[1:]))
    return table[names].to_numpy(np.float32)


def drawn(table: pd.DataFrame, count: int, seed: int) -> pd.DataFrame:
    """At most `count` rows, as near as can be as many of each platform and class."""
    order = generator(seed, "compare", "embedding").permutation(len(table))
    shuffled = table.iloc[order]
    turn = shuffled.groupby(["platform", "class"]).cumcount()
    return shuffled.assign(turn=turn).sort_values("turn", kind="stable").drop(columns="turn").head(count)


def umap_of(features: np.ndarray, neighbours: int, min_dist: float, seed: int) -> np.ndarray:
    """(N, 2) coordinates (McInnes et al. 2018); one thread, so that the same seed gives the same map."""
    from umap import UMAP  # compiles for seconds when imported, so only when it's wanted

    reducer = UMAP(
        n_neighbors=min(neighbours, len(features) - 1),
        min_dist=min_dist,
        random_state=seed_of(seed, "compare", "umap") % 2**32,
        n_jobs=1,
    )
    return reducer.fit_transform(StandardScaler().fit_transform(features))


def class_middles(features: np.ndarray, table: pd.DataFrame) -> dict[str, np.ndarray]:
    """The middle of each class: the mean of its platforms' means."""
    means = pd.DataFrame(features).groupby([table["class"].to_numpy(), table["platform"].to_numpy()]).mean()
    return {name: own.mean().to_numpy(np.float32) for name, own in means.groupby(level=0)}


def within_class(features: np.ndarray, classes: pd.Series, middles: dict[str, np.ndarray]) -> np.ndarray:
    """Features less the middle of their class: what is left is not the class."""
    overall = np.mean(list(middles.values()), axis=0)
    return features - np.stack([middles.get(name, overall) for name in classes])


def platform_accuracy(features: np.ndarray, table: pd.DataFrame, seed: int) -> dict:
    """How well a logistic regression tells the platforms apart, tested on runs it has not seen.

    Features are taken within class, by the middles of the runs it learns from: those of all runs would tell the
    platform of a run left out. Balanced accuracy, 0.5 for two platforms that can't be told apart. Returns a `reason`
    alone when a platform has a single run, because then no run could be left out.
    """
    runs = table.groupby("platform")["run"].nunique()
    if runs.min() < 2:
        return {"reason": f"platform {runs.idxmin()} has one run among the mapped particles, so none can be left out"}
    folds = StratifiedGroupKFold(min(5, int(runs.min())), shuffle=True, random_state=seed_of(seed, "folds") % 2**32)
    truth, classes = table["platform"].to_numpy(str), table["class"]
    guessed = np.empty(len(truth), dtype=truth.dtype)
    for train, test in folds.split(features, truth, groups=table["run"]):
        middles = class_middles(features[train], table.iloc[train])
        centred = within_class(features, classes, middles)
        model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, class_weight="balanced", max_iter=2000))
        guessed[test] = model.fit(centred[train], truth[train]).predict(centred[test])
    by_class = {}
    for name, own in table.assign(guessed=guessed).groupby("class"):
        if own["platform"].nunique() > 1:
            by_class[name] = float(balanced_accuracy_score(own["platform"], own["guessed"]))
    return {"accuracy": float(balanced_accuracy_score(truth, guessed)), "by_class": by_class, "folds": folds.n_splits}


def platform_silhouette(features: np.ndarray, table: pd.DataFrame) -> dict[str, float]:
    """For each class the silhouette of the platforms (Rousseeuw 1987) in standardized features: 0 when mixed, 1
    when far apart."""
    scaled = StandardScaler().fit_transform(features)
    result = {}
    for name in sorted(table["class"].unique()):
        own = (table["class"] == name).to_numpy()
        platforms = table["platform"].to_numpy()[own]
        if len(np.unique(platforms)) > 1 and len(platforms) > len(np.unique(platforms)):
            result[name] = float(silhouette_score(scaled[own], platforms))
    return result
