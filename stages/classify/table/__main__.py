"""All training sets in one table beside the published one: `python -m stages.classify.table`."""

from pathlib import Path

import pandas as pd

from stages.classify.table.claim import GENERATORS, SEEDS
from stages.classify.table.contrasts import adjusted, contrast, controls, counterparts, seeds_of
from stages.classify.table.dots import dot_plot
from stages.classify.table.published import beside
from stages.classify.table.study import study
from stages.common.base.errors import run
from stages.common.base.files import read_json, write_csv, write_json
from stages.common.base.origin import origin_of_all, title
from stages.common.base.parameters import Block, read_parameters
from stages.common.figures import save
from stages.common.names import classifier_name
from stages.common.params.assemble import Assemble
from stages.common.params.classes import Classes
from stages.common.params.classify import Classify

CLAIM = ("seeds", "generators", "allows_a_claim", "claim")
MACRO = ("macro_recall", "macro_precision", "macro_auprc")
PUBLISHED = (
    "published_* columns: Ozbulak et al., arXiv:2508.06021, Table 2, corrected; another study, on real particles of "
    "another instrument, 500,000 + 500 + 500 validation images, best of 126 runs chosen on the reporting set"
)


ABOUT = (
    "macro recall of mixed minus real, and minus the control (the same real images by a method against imbalance) that "
    "does best on the selection split, on the same validation particles, with 95 % intervals for the runs tested and "
    "over_runs, for runs like them; McNemar's exact test of each class on the selected seed, particles taken as "
    f"independent, p_adjusted by Holm, for all differences and for all tests of the table. A claim about generated "
    f"images needs {SEEDS} seeds of the classifier and {GENERATORS} generators of each class: seeds are nested in the "
    "generator they learnt from."
)


class Parameters(Block):
    """What this script reads of params.yaml."""

    classes: Classes
    assemble: Assemble
    classify: Classify


def row_of(dataset: str, architecture: str, metrics: dict) -> dict:
    """One row of the table: counts, then every score with its interval."""
    training, native = metrics["training"], metrics["native"]
    scores = {name: native[name] for name in MACRO}
    for score, short in (("recall", "recall"), ("precision", "precision"), ("average_precision", "auprc")):
        scores |= {f"{short}_{label}": native["classes"][label][score] for label in native["classes"]}
    for label, costs in metrics["at_equal_recall"]["classes"].items():
        for recall, cost in costs.items():
            scores |= {f"{name}_at_{recall}_{label}": cost[name] for name in ("precision", "false_positives_per_1000")}
    return {
        "dataset": dataset,
        "architecture": architecture,
        "data": metrics["data"],
        "platform": metrics["platform"],
        "seeds": metrics["seeds"],
        **{f"{kind}_{label}": count for kind in training for label, count in training[kind].items()},
        "methods": ", ".join(metrics["methods"]),
        **{f"validation_{label}": counts["particles"] for label, counts in native["classes"].items()},
        **{
            f"{name}{suffix}": score[part]
            for name, score in scores.items()
            for part, suffix in (("value", ""), ("low", "_low"), ("high", "_high"))
        },
        **{f"macro_recall_{how}": metrics["shifted"][how]["macro_recall"] for how in ("log_prior", "selection")},
    }


def contrasts_of(params: Parameters, metrics: dict[str, dict]) -> dict[str, dict[str, dict]]:
    """Every mixed set against its real counterpart ("real"), and against the one of its controls that does best on the
    selection split ("control"), for each architecture; tests are corrected for all of them together."""
    found = {}
    for architecture in params.classify.architectures:
        for mixed, real in counterparts(params.assemble, params.classes).items():
            found["real", classifier_name(mixed, architecture)] = classifier_name(real, architecture)
        for mixed, names in controls(params.assemble, params.classes).items():
            known = {name: metrics[name] for name in (classifier_name(each, architecture) for each in names)}
            found["control", classifier_name(mixed, architecture)] = best_on_selection(known)
    tested = adjusted({key: contrast_of(key[1], other, metrics) for key, other in found.items()})
    return {kind: {key[1]: each for key, each in tested.items() if key[0] == kind} for kind in ("real", "control")}


def contrast_of(mixed: str, real: str, metrics: dict[str, dict]) -> dict:
    """One classifier trained on a mixed set against one trained on real images alone."""
    platform, classes = metrics[mixed]["platform"], list(metrics[mixed]["native"]["classes"])
    mixed_tables = seeds_of(Path("data/predictions/mixed") / mixed, platform)
    real_tables = seeds_of(Path("data/predictions/real") / real, platform)
    return {"against": real, **contrast(mixed_tables, real_tables, classes)}


def best_on_selection(metrics: dict[str, dict]) -> str:
    """The classifier of highest macro recall, then macro AUPRC, on the selection split."""
    selection = {name: each["selection"] for name, each in metrics.items()}
    return max(selection, key=lambda name: (selection[name]["macro_recall"], selection[name]["macro_auprc"]))


def headline(contrasts: dict[str, dict], metrics: dict[str, dict]) -> dict:
    """The mixed set that does best on the selection split, against its real counterpart."""
    if not contrasts:
        return {}
    best = best_on_selection({name: metrics[name] for name in contrasts})
    real = contrasts[best]["against"]
    return {
        "best_mixed": best,
        "chosen_by": "macro recall, then macro AUPRC, on the selection split",
        "macro_recall": metrics[best]["macro_recall"],
        "against": real,
        "macro_recall_against": metrics[real]["macro_recall"],
        **{name: contrasts[best][name] for name in ("macro_recall_difference", *CLAIM)},
    }


def main() -> None:
    params = read_parameters(Parameters)
    pairs = [
        (dataset, architecture)
        for dataset in params.assemble.datasets
        for architecture in params.classify.architectures
    ]
    metrics = {name: read_json(f"metrics/classify/{name}.json") for name in (classifier_name(*pair) for pair in pairs)}
    rows = [row_of(*pair, metrics[classifier_name(*pair)]) for pair in pairs]
    table = beside(pd.DataFrame(rows), params.classes.names)
    contrasts = contrasts_of(params, metrics)
    origin = origin_of_all(each["data"] for each in metrics.values())

    write_csv("metrics/table.csv", table)
    notes = {"published": PUBLISHED} if any(name.startswith("published_") for name in table) else {}
    write_json(
        "metrics/table.json",
        {
            "headline": headline(contrasts["real"], metrics),
            "data": origin,
            "macro_recall": {name: each["macro_recall"] for name, each in metrics.items()},
            "macro_auprc": {name: each["macro_auprc"] for name, each in metrics.items()},
            "contrasts": contrasts["real"],
            "contrasts_with_controls": contrasts["control"],
            "about": ABOUT,
            **notes,
        },
    )
    sets = {
        classifier_name(*pair): {
            "dataset": pair[0],
            "network": pair[1],
            "methods": list(params.assemble.datasets[pair[0]].methods),
        }
        for pair in pairs
    }
    write_json("metrics/study.json", {"data": origin, "about": ABOUT, **study(sets, metrics, contrasts)})
    save(dot_plot(table, title("Every training set on its own platform's validation split", origin)), "plots/table.png")


if __name__ == "__main__":
    run(main)
