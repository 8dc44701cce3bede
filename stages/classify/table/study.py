"""The study's answer in one file: every training set's scores, and what synthetic images add at each size."""

MACRO = ("macro_recall", "macro_precision", "macro_auprc")


def study(sets: dict[str, dict], metrics: dict[str, dict], contrasts: dict[str, dict[str, dict]]) -> dict:
    """sets: of each classifier its training set, network and methods. metrics: its metrics/classify file. contrasts:
    "real" and "control", as the table holds them."""
    return {
        "training_sets": {name: about | _scores(metrics[name]) for name, about in sets.items()},
        "mixed_minus_real": {name: _gain(found) for name, found in contrasts["real"].items()},
        "mixed_minus_best_control": {name: _gain(found) for name, found in contrasts["control"].items()},
    }


def _scores(metrics: dict) -> dict:
    """Values with their 95 % intervals, means over the seeds, on the validation particles of the own platform."""
    native = metrics["native"]
    return {
        "platform": metrics["platform"],
        "seeds": metrics["seeds"],
        **{name: native[name] for name in MACRO},
        "precision_at_recall": {
            label: {recall: cost["precision"] for recall, cost in costs.items()}
            for label, costs in metrics["at_equal_recall"]["classes"].items()
        },
    }


def _gain(contrast: dict) -> dict:
    """The difference of macro recall with its interval, and what may be claimed of it."""
    kept = ("against", "seeds", "generators", "allows_a_claim")
    return {name: contrast[name] for name in kept} | contrast["macro_recall_difference"]
