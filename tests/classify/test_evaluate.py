"""Evaluation and table as they are run, on a classifier trained in the workspace."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

from stages.classify.evaluating import __main__ as evaluate
from stages.classify.table import __main__ as table
from stages.classify.training import __main__ as train
from stages.common.base.files import read_json, write_json

from .conftest import write_params

NAME = "real-1-resnet18"


@pytest.fixture
def judged(workspace, tiny, monkeypatch):
    """real-1, repeated-1 and mixed-1 trained with two seeds, and judged."""
    write_params(workspace, repeats=2, images=64)
    for dataset in ("real-1", "repeated-1", "mixed-1"):
        for script in (train, evaluate):
            monkeypatch.setattr(sys, "argv", ["script", dataset, "resnet18"])
            script.main()
    return read_json(f"metrics/classify/{NAME}.json")


def test_evaluation_and_table(judged):
    predictions = pd.read_parquet(f"data/predictions/real/{NAME}/predictions.parquet")
    check_predictions(predictions)
    check_metrics(judged, predictions[predictions["platform"] == "A"])
    check_embedding(pd.read_parquet(f"data/predictions/real/{NAME}/embedding.parquet"))
    pictures = {path.name for path in Path(f"plots/classify/{NAME}").iterdir()}
    assert pictures == {"confusion.png", "precision_recall.png", "errors.png", "errors.csv"}

    table.main()
    check_table(judged)
    check_origin_beside_a_measured_set()


def check_predictions(predictions: pd.DataFrame) -> None:
    """Every validation particle of both platforms once, with probabilities that add up."""
    splits = pd.read_parquet("data/splits.parquet")
    expected = splits.loc[splits["split"] == "validation", "particle_id"]
    assert set(predictions["particle_id"]) == set(expected) and len(predictions) == len(expected)
    shares = predictions[["p_protein", "p_silicone_oil", "p_air_bubble"]]
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-5)
    assert (shares.idxmax(axis=1) == "p_" + predictions["predicted"]).all()
    assert Path(f"data/predictions/real/{NAME}/repeat-1.parquet").exists()


def check_metrics(judged: dict, own: pd.DataFrame) -> None:
    """The headline equals scikit-learn's on the classifier's own platform."""
    expected = metrics.balanced_accuracy_score(own["class"], own["predicted"])
    assert list(judged)[:3] == ["macro_recall", "macro_precision", "macro_auprc"]
    assert judged["macro_recall"] == pytest.approx(expected, abs=1e-5)
    assert (judged["data"], judged["platform"], judged["seeds"]) == ("simulated", "A", 2)
    assert len(judged["macro_recall_of_seeds"]) == 2
    for block in ("native", "balanced", "at_prevalence"):
        for scores in judged[block]["classes"].values():
            for score in ("precision", *(["average_precision"] if block != "at_prevalence" else [])):
                assert scores[score]["low"] <= scores[score]["value"] <= scores[score]["high"]
    # One run a class here: nothing is said of lots, and no average precision at a rare prevalence pretends to.
    assert judged["native"]["macro_recall_over_runs"] == {"runs": 1, "note": "one run: no interval for lots"}
    assert set(judged["at_prevalence"]["macro_auprc"]) == {"value"}
    assert judged["at_prevalence"]["resolution"]["air_bubble"]["negatives"] == 60
    assert judged["at_prevalence"]["prevalence"] == 0.001
    check_sizes(judged, own)
    without = judged["without_label_suspects"]
    assert {"native", "balanced", "at_prevalence"} <= set(without) & set(judged["label_noise"]["precision_ceiling"])
    assert judged["training"]["synthetic"] == {"protein": 0, "silicone_oil": 0, "air_bubble": 0}


def check_sizes(judged: dict, own: pd.DataFrame) -> None:
    """All particles stand in one bin or another, and the bins' recalls add up to the total."""
    for name, bins in judged["recall_by_size"]["classes"].items():
        assert sum(each["particles"] for each in bins.values()) == (own["class"] == name).sum()
        hits = sum(each["particles"] * each["value"] for each in bins.values())
        assert hits == pytest.approx((own["predicted"][own["class"] == name] == name).sum(), abs=1e-3)


def check_embedding(embedding: pd.DataFrame) -> None:
    assert {"f0", "f31", "run", "simulated"} <= set(embedding)
    assert set(zip(embedding["platform"], embedding["class"], strict=True)) == {
        (platform, label) for platform in "AB" for label in ("protein", "silicone_oil", "air_bubble")
    }


def check_table(judged: dict) -> None:
    """A row a training set; the mixed set against the real one that holds the same real images."""
    rows = pd.read_csv("metrics/table.csv").set_index("dataset")
    assert rows.index.tolist() == ["real-1", "repeated-1", "mixed-1"]
    assert rows["methods"].fillna("").tolist() == ["", "oversampling", ""]
    assert rows.loc["real-1", "macro_recall"] == pytest.approx(judged["macro_recall"], abs=1e-5)
    assert rows.loc["real-1", "published_macro_recall"] == pytest.approx(0.9661)
    found = read_json("metrics/table.json")
    assert found["data"] == "simulated" and "real particles" in found["published"]
    contrast = found["contrasts"]["mixed-1-resnet18"]
    # Both sets hold the same images here, and seeds don't depend on the set: the networks are the same.
    assert contrast["against"] == NAME
    assert contrast["macro_recall_difference"]["value"] == 0
    assert set(contrast["mcnemar"]) == {"protein", "silicone_oil", "air_bubble"}
    assert all(test["p"] == test["p_adjusted"] == 1 for test in contrast["mcnemar"].values())
    assert contrast["allows_a_claim"] is False and contrast["generators"] == 1
    control = found["contrasts_with_controls"]["mixed-1-resnet18"]
    assert control["against"] == "repeated-1-resnet18" and set(control["mcnemar"]) == set(contrast["mcnemar"])
    check_costs(judged, rows.loc["real-1"])
    assert Path("plots/table.png").exists()


def check_costs(judged: dict, row: pd.Series) -> None:
    """At equal recall and under other thresholds: the table says what the metrics file does, and that what was seen."""
    own = pd.read_parquet(f"data/predictions/real/{NAME}/predictions.parquet").query("platform == 'A'")
    oil, majority = own["class"] == "silicone_oil", own["class"] == "protein"
    costs = judged["at_equal_recall"]["classes"]["silicone_oil"]["recall_95"]
    called = (
        own["p_silicone_oil"]
        >= np.sort(own.loc[oil, "p_silicone_oil"])[::-1][np.ceil(0.95 * oil.sum()).astype(int) - 1]
    )
    assert costs["precision"]["value"] == pytest.approx((called & oil).sum() / called.sum(), abs=1e-5)
    assert costs["false_positives_per_1000"]["value"] == pytest.approx(1000 * called[majority].mean(), abs=1e-3)
    assert len(costs["precision_of_seeds"]) == 2
    assert row["precision_at_recall_95_silicone_oil"] == pytest.approx(costs["precision"]["value"], abs=1e-5)
    # As many images of each class were learnt: there is no prior to take away.
    assert row["macro_recall_log_prior"] == pytest.approx(judged["macro_recall"], abs=1e-5)
    assert judged["shifted"]["selection"]["biases"]["protein"] == 0


def check_origin_beside_a_measured_set() -> None:
    """A table of a measured and a simulated set is neither."""
    path = "metrics/classify/mixed-1-resnet18.json"
    write_json(path, {**read_json(path), "data": "measured"})
    table.main()
    assert read_json("metrics/table.json")["data"] == "partly simulated"
