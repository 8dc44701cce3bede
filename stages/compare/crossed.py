"""Networks trained on one platform and tested on each: the cross-platform confusion matrices."""

from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.base.errors import InputError
from stages.common.base.origin import origin_of
from stages.common.confusion import confusion
from stages.common.proportions import wilson

PREDICTIONS = Path("data/predictions/real")


def read_predictions(network: str) -> pd.DataFrame:
    """The network's predictions of all validation particles of all platforms."""
    return _read(network, "predictions")


def read_embedding(network: str) -> pd.DataFrame:
    """The network's penultimate features of a sample of the validation particles."""
    return _read(network, "embedding")


def _read(network: str, table: str) -> pd.DataFrame:
    path = PREDICTIONS / network / f"{table}.parquet"
    if not path.is_file():
        raise InputError(f"{path}: not found; evaluate the networks that compare.networks names first")
    return pd.read_parquet(path)


def recalls(matrix: np.ndarray, classes: list[str]) -> dict:
    """Recall of each class that was tested, with Wilson's 95 % interval (particles taken as independent)."""
    result = {}
    for index, name in enumerate(classes):
        right, tested = int(matrix[index, index]), int(matrix[index].sum())
        if tested:
            low, high = wilson(right, tested)
            result[name] = {"recall": right / tested, "low": low, "high": high, "n": tested}
    return result


def crossed(networks: dict[str, str], classes: list[str]) -> tuple[dict, str]:
    """trained platform -> tested platform: confusion matrix, recall of each class, and their mean; and whether the
    particles were measured or simulated."""
    result: dict = {}
    origin = ""
    for trained, network in networks.items():
        predictions = read_predictions(network)
        origin = origin_of(predictions)
        for tested, own in predictions.groupby("platform"):
            label, called = (pd.Index(classes).get_indexer(own[column]) for column in ("class", "predicted"))
            matrix = confusion(label, called, len(classes))
            recall = recalls(matrix, classes)
            result.setdefault(trained, {})[tested] = {
                "network": network,
                "confusion": matrix.tolist(),
                "recall": recall,
                "macro_recall": float(np.mean([entry["recall"] for entry in recall.values()])),
            }
    return result, origin
