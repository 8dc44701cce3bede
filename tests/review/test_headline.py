"""The headline's figures, against the files that they come from."""

import json
from pathlib import Path

import pandas as pd
import pytest
import yaml

from stages.review.headline.__main__ import main
from stages.review.headline.classifiers import best_of, of_classifiers
from stages.review.headline.generators import of_generators
from stages.review.headline.platforms import of_platforms


def network(selection, recall=0.9, seeds=(0.9,), synthetic=0):
    scored = {"value": recall, "low": recall - 0.03, "high": recall + 0.02}
    rare = {"oil": {"precision": {"value": 0.01, "low": 0.005, "high": 0.03}}}
    rare["air"] = {"precision": {"value": 0.2, "low": 0.1, "high": 0.5}}
    return {
        "selection": {"macro_recall": selection, "macro_auprc": 0.5},
        "training": {"synthetic": {"oil": synthetic}},
        "macro_recall_of_seeds": list(seeds),
        "native": {"macro_recall": scored, "minority_auprc": scored},
        "at_prevalence": {"prevalence": 0.001, "classes": rare},
    }


def test_the_selection_split_chooses_never_the_validation_split():
    networks = {"a": network(0.8, recall=0.99), "b": network(0.9, recall=0.7)}
    assert best_of(networks) == "b"
    assert of_classifiers(networks, {}, ["oil", "air"])["real_macro_recall"]["value"] == 0.7
    assert best_of({}) is None


def test_noise_is_the_longer_side_of_the_interval_or_the_spread_of_seeds():
    few = of_classifiers({"a": network(0.8)}, {}, ["oil", "air"])
    assert few["real_macro_recall"]["noise"] == pytest.approx(0.03)
    assert few["rare_precision_of_worst_class"] == {"value": 0.01, "noise": pytest.approx(0.02)}
    seeds = of_classifiers({"a": network(0.8, seeds=(0.8, 1.0))}, {}, ["oil", "air"])
    assert seeds["real_macro_recall"]["noise"] == pytest.approx(0.1)


def test_the_worst_generator_counts():
    good = {"kid": 0.1, "kid_floor": 0.0, "kid_sd": 0.02, "two_sample": {"accuracy": 0.6, "low": 0.5, "high": 0.7}}
    bad = {"kid": 0.9, "kid_floor": 0.1, "kid_sd": 0.2, "two_sample": {"accuracy": 0.9, "low": 0.8, "high": 0.95}}
    found = of_generators({"oil": good, "air": bad})
    assert found["kid_over_floor"] == {"value": pytest.approx(0.8), "noise": 0.2}
    assert found["synthetic_told_apart"] == {"value": 0.9, "noise": pytest.approx(0.1)}
    assert of_generators({}) == {}


def test_what_was_not_compared_is_absent():
    assert of_platforms({"skipped": {}}) == {}


def test_counts_are_those_of_a_parallel_sample_at_ten_micrometres():
    entry = {"count": 10, "per_ml": 500.0, "per_ml_low": 300.0, "per_ml_high": 900.0}
    counts = {"at_least_2_um": entry | {"per_ml": 9.0}, "at_least_10_um": entry}
    beads = {"at_least_10_um": entry | {"count": 999}}
    ratio = {"ratio": 2.0, "low": 1.0, "high": 4.5, "verdict": "outside"}
    found = of_platforms(
        {
            "counts": {"stressed": {"A": counts}, "beads": {"A": beads}},
            "ratios": {"pairs": {"B/A": {"samples": {"stressed": {"at_least_10_um": ratio}}}}},
        }
    )
    assert found["per_ml_at_least_10_um_stressed_A"] == {"value": 500.0, "noise": 400.0}
    assert found["ratio_at_least_10_um_stressed_B/A"] == {"value": 2.0, "noise": 2.5}
    assert len(found) == 2


def test_the_committed_results_make_a_headline_that_fits_on_a_screen(tmp_path, monkeypatch):
    """`dvc metrics diff` prints a line for each number that changed, and a heading."""
    root = Path.cwd()
    if not (root / "metrics/table.csv").is_file():
        pytest.skip("no results in this tree: `make repro` makes them")
    (tmp_path / "metrics").symlink_to(root / "metrics")
    monkeypatch.chdir(tmp_path)
    written = {}
    monkeypatch.setattr("stages.review.headline.__main__.write_json", lambda path, value: written.update(value))
    params = yaml.safe_load((root / "params.yaml").read_text())
    (tmp_path / "params.yaml").write_text(yaml.safe_dump({"classes": params["classes"]}))
    main()
    assert all(set(figure) == {"value", "noise"} and figure["noise"] >= 0 for figure in written.values())
    assert 2 * len(written) + 1 <= 25
    json.dumps(written, allow_nan=False)
    table = pd.read_csv("metrics/table.csv")
    assert written["real_macro_recall"]["value"] in set(table["macro_recall"])
