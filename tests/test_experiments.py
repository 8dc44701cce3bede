"""Every experiment's variants are parameters that the pipeline takes, and what its picture shows is among them."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from experiments.measures import MEASURES
from stages.common.params.whole import read_all
from stages.common.scale import write_scale

ROOT = Path(__file__).parents[1]
QUESTIONS = sorted(path.parent for path in (ROOT / "experiments").glob("*/experiment.yaml"))


@pytest.mark.parametrize("folder", QUESTIONS, ids=lambda path: path.name)
def test_an_experiment_can_be_run(folder, tmp_path):
    asked = yaml.safe_load((folder / "experiment.yaml").read_text(encoding="utf-8"))
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    assert set(asked["targets"]) <= set(stages) and asked["measure"] in MEASURES
    for overlay in asked["variants"].values():
        params, scale = tmp_path / "params.yaml", tmp_path / "scale.yaml"
        params.write_text((ROOT / "params.yaml").read_text(encoding="utf-8"), encoding="utf-8")
        scale.write_text(yaml.safe_dump(overlay), encoding="utf-8")
        write_scale(scale, params)
        assert set(asked.get("ticks", {})) <= set(read_all(params).assemble.datasets)


@pytest.mark.parametrize("folder", QUESTIONS, ids=lambda path: path.name)
def test_its_results_are_those_of_its_variants(folder):
    asked = yaml.safe_load((folder / "experiment.yaml").read_text(encoding="utf-8"))
    results = pd.read_csv(folder / "results.csv")
    assert list(results["variant"].unique()) == [str(name) for name in asked["variants"]]
    assert set(asked["panels"]) <= set(results["measure"]) and (folder / "figure.png").is_file()
