"""How far two runs mix in a network's features: runs of two platforms beside replicates of one platform, the floor.

Two runs at a time, of one class, whatever their platforms: so what platforms do is held against what runs do with as
many particles on each side.
"""

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from stages.common.base.seeds import seed_of

NEIGHBOURS = 15
FEWEST = 10  # particles of a run
FOLDS = 5


def neighbours_mixed(features: np.ndarray, second: np.ndarray) -> float:
    """Share of a particle's nearest neighbours that belong to the other group, over the share to expect of chance; mean
    over both groups, which count alike. 1: mixed, 0: apart. `features` (N, K) standardized, `second` (N,) bool."""
    nearest = NearestNeighbors(n_neighbors=min(NEIGHBOURS, len(features) - 1)).fit(features)
    found = nearest.kneighbors(return_distance=False)
    other = (second[found] != second[:, None]).mean(axis=1)
    expected = np.where(second, (~second).sum(), second.sum()) / (len(second) - 1)
    return float(np.mean([(other / expected)[group].mean() for group in (second, ~second)]))


def told_apart(features: np.ndarray, second: np.ndarray, seed: int) -> float:
    """Balanced accuracy of a logistic regression that tells the groups apart, on particles that were left out: 0.5 for
    groups that are alike. `features` (N, K), `second` (N,) bool."""
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed_of(seed, "compare", "mixing") % 2**32)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, class_weight="balanced", max_iter=2000))
    return float(balanced_accuracy_score(second, cross_val_predict(model, features, second, cv=folds)))


def mixing_of(features: np.ndarray, table: pd.DataFrame, seed: int) -> dict:
    """class -> `neighbours` and `told_apart`, each the mean over pairs of runs of two platforms (`across`) and of one
    platform (`floor`); None where there is no such pair with FEWEST particles of the class in both runs."""
    scaled = StandardScaler().fit_transform(features)
    measures: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
        "neighbours": neighbours_mixed,
        "told_apart": lambda own, second: told_apart(own, second, seed),
    }
    result = {}
    for name, own in table.groupby("class"):
        found: dict[str, dict[str, list[float]]] = {measure: {"across": [], "floor": []} for measure in measures}
        counts = own["run"].value_counts()
        runs = own.drop_duplicates("run").set_index("run")["platform"].sort_index()
        runs = runs[counts[runs.index] >= FEWEST]
        for pair in combinations(runs.index, 2):
            both = ((table["class"] == name) & table["run"].isin(pair)).to_numpy()
            second = (table["run"] == pair[1]).to_numpy()[both]
            kind = "floor" if runs[pair[0]] == runs[pair[1]] else "across"
            for measure, of in measures.items():
                found[measure][kind].append(of(scaled[both], second))
        if found["neighbours"]["across"]:
            result[str(name)] = {
                measure: {kind: float(np.mean(values)) if values else None for kind, values in kinds.items()}
                for measure, kinds in found.items()
            }
    return result
