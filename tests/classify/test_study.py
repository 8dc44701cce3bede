"""The study's answer in one file."""

from stages.classify.table.study import study


def share(value: float) -> dict[str, float]:
    return {"value": value, "low": value - 0.1, "high": value + 0.1}


def test_scores_gains_and_costs_at_equal_recall_stand_together():
    native = {
        name: share(0.5 + 0.1 * place) for place, name in enumerate(("macro_recall", "macro_precision", "macro_auprc"))
    }
    cost = {"recall_95": {"precision": share(0.4), "false_positives_per_1000": share(12)}}
    metrics = {
        "mixed-1-light": {"platform": "A", "seeds": 3, "native": native, "at_equal_recall": {"classes": {"oil": cost}}}
    }
    about = {"dataset": "mixed-1", "network": "light", "methods": ["focal"]}
    difference = {"value": 0.02, "low": -0.01, "high": 0.05, "p": 0.2, "p_adjusted": 0.4}
    contrast = {"against": "real-1-light", "seeds": 3, "generators": 1, "allows_a_claim": False, "claim": "none"}
    contrast |= {"macro_recall_difference": difference, "mcnemar": {}}
    found = study({"mixed-1-light": about}, metrics, {"real": {"mixed-1-light": contrast}, "control": {}})
    told = found["training_sets"]["mixed-1-light"]
    assert told["precision_at_recall"] == {"oil": {"recall_95": share(0.4)}}
    assert (told["macro_auprc"], told["methods"], told["seeds"]) == (share(0.7), ["focal"], 3)
    gain = found["mixed_minus_real"]["mixed-1-light"]
    assert (gain["value"], gain["p_adjusted"], gain["against"], gain["generators"]) == (0.02, 0.4, "real-1-light", 1)
    assert found["mixed_minus_best_control"] == {}
