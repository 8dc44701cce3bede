"""What a variant measured, as rows of name, measure, value, low and high (95 % intervals, where there are any)."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from stages.common.base.files import read_json
from stages.common.names import classifier_name
from stages.common.params.whole import read_all

SCORES = ("macro_recall", "macro_auprc")


def of_training_sets(folder: Path) -> pd.DataFrame:
    """Each training set's scores, means over its seeds, and what 95 % recall of a minority class costs in precision."""
    table = pd.read_csv(folder / "metrics/table.csv")
    costs = [
        name for name in table if name.startswith("precision_at_recall_95_") and not name.endswith(("_low", "_high"))
    ]
    return pd.DataFrame(
        {
            "name": row["dataset"],
            "measure": measure,
            "value": row[measure],
            "low": row[f"{measure}_low"],
            "high": row[f"{measure}_high"],
        }
        for _, row in table.iterrows()
        for measure in (*SCORES, *costs)
    )


def of_classifiers(folder: Path) -> pd.DataFrame:
    """The same of each real training set's classifiers, where the table of all isn't asked for."""
    params = read_all(folder / "params.yaml")
    rows = []
    for dataset in params.assemble.real:
        for architecture in params.classify.architectures:
            name = classifier_name(dataset, architecture)
            native = read_json(folder / f"metrics/classify/{name}.json")["native"]
            rows += [{"name": name, "measure": score} | native[score] for score in SCORES]
    return pd.DataFrame(rows)


def of_generators(folder: Path) -> pd.DataFrame:
    """How far each class's generated images are from held-out real ones, and the floor of real ones."""
    rows = []
    for path in sorted((folder / "metrics/quality").glob("*.json")):
        found = read_json(path)
        rows += [{"name": path.stem, "measure": name, "value": found[name]} for name in ("frechet", "coverage")]
        rows.append({"name": path.stem, "measure": "frechet_floor", "value": found["frechet_floor"]})
        told = found["two_sample"]
        rows.append({"name": path.stem, "measure": "two_sample", "value": told["accuracy"]} | _ends(told))
    return pd.DataFrame(rows).reindex(columns=["name", "measure", "value", "low", "high"])


def _ends(found: dict) -> dict[str, float]:
    return {end: found[end] for end in ("low", "high")}


MEASURES: dict[str, Callable[[Path], pd.DataFrame]] = {
    "training sets": of_training_sets,
    "classifiers": of_classifiers,
    "generators": of_generators,
}
