"""Each mixed training set against the real one with the same real images, judged on the same particles."""

from collections.abc import Hashable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from stages.classify.table.claim import claim
from stages.classify.table.paired import macro_recall_difference, mcnemar
from stages.common.params.assemble import Assemble
from stages.common.params.classes import Classes

Key = TypeVar("Key", bound=Hashable)
GENERATORS_TRAINED = 1  # of each class: data/synthetic holds the images of one


def counterparts(assemble: Assemble, classes: Classes) -> dict[str, str]:
    """For each mixed dataset the real one of the same platform and the same real counts, where there is one.

    A class of which the mixed one has no real images counts by its synthetic ones: they stand in for as many real
    ones, which gives the classification accuracy score of generators (Ravuri & Vinyals 2019, arXiv 1905.10887).
    """
    pairs = {}
    for mixed, settings in assemble.mixed.items():
        for real, plain in assemble.real.items():
            counts = settings.generated(classes) | settings.real(classes)
            platforms = assemble.platform_of(plain), assemble.platform_of(settings)
            alike = plain.methods == settings.methods and len(set(platforms)) == 1
            if alike and plain.real(classes) == counts:
                pairs[mixed] = real
                break
    return pairs


def controls(assemble: Assemble, classes: Classes) -> dict[str, list[str]]:
    """For each mixed dataset the real ones of the same platform and real counts that are learnt by a method against
    imbalance, where there are any: what synthetic images must beat."""
    found = {
        mixed: [
            name
            for name, control in assemble.real.items()
            if control.methods
            and control.real(classes) == settings.real(classes)
            and assemble.platform_of(control) == assemble.platform_of(settings)
        ]
        for mixed, settings in assemble.mixed.items()
    }
    return {mixed: names for mixed, names in found.items() if names}


def seeds_of(folder: Path, platform: str) -> list[pd.DataFrame]:
    """The predictions of each seed on the particles of `platform`, the selected seed first."""
    paths = [folder / "predictions.parquet", *sorted(folder.glob("repeat-*.parquet"))]
    columns = ["particle_id", "run", "platform", "class", "predicted"]
    tables = (pd.read_parquet(path, columns=columns) for path in paths)
    return [table[table["platform"] == platform].set_index("particle_id").sort_index() for table in tables]


def contrast(mixed: list[pd.DataFrame], real: list[pd.DataFrame], classes: list[str]) -> dict:
    """Macro recall of mixed minus real with its intervals, what it allows to claim, and McNemar's test for each class
    on the selected seeds."""
    about = mixed[0]
    label = pd.Index(classes).get_indexer(about["class"])
    known = label >= 0
    label, run = label[known], about["run"].to_numpy()[known]
    first, second = (
        np.stack([(table["predicted"] == table["class"]).to_numpy()[known] for table in tables])
        for tables in (mixed, real)
    )
    return {
        "macro_recall_difference": macro_recall_difference(label, run, first, second),
        **claim(min(len(first), len(second)), GENERATORS_TRAINED),
        "mcnemar": {
            name: mcnemar(first[0][label == number], second[0][label == number]) for number, name in enumerate(classes)
        },
    }


def adjusted(contrasts: dict[Key, dict]) -> dict[Key, dict]:
    """`contrasts` with `p_adjusted` by Holm's correction (1979): of the differences of macro recall for all of these
    together, and of McNemar's tests for all of them together."""
    if not contrasts:
        return contrasts
    tests = [(name, label) for name, found in contrasts.items() for label in found["mcnemar"]]
    gains = _holm({name: found["macro_recall_difference"]["p"] for name, found in contrasts.items()})
    classes = _holm({(name, label): contrasts[name]["mcnemar"][label]["p"] for name, label in tests})
    return {
        name: found
        | {"macro_recall_difference": found["macro_recall_difference"] | {"p_adjusted": gains[name]}}
        | {"mcnemar": {label: test | {"p_adjusted": classes[name, label]} for label, test in found["mcnemar"].items()}}
        for name, found in contrasts.items()
    }


def _holm(p: dict[Key, float]) -> dict[Key, float]:
    return dict(zip(p, map(float, multipletests(list(p.values()), method="holm")[1]), strict=True))
