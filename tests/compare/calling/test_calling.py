"""Particles are called by a network whose answer is known beforehand: dark ones are protein, bright ones oil."""

from pathlib import Path

import numpy as np
import onnx
import pandas as pd
import pytest
import yaml
from onnx import TensorProto, helper, numpy_helper

from stages.common.arrays import write_images
from stages.common.base.errors import InputError
from stages.compare.calling.__main__ import main
from tests.compare.conftest import ROOT

CLASSES = "protein,silicone_oil"
DARK, BRIGHT = 60, 200


def write_network(path, classes=CLASSES):
    """Logits 128 - mean and mean - 128 of the picture's grey levels."""
    path.parent.mkdir(parents=True)
    weights = numpy_helper.from_array(np.array([[-1.0, 1.0]], np.float32), "weights")
    bias = numpy_helper.from_array(np.array([128.0, -128.0], np.float32), "bias")
    axes = numpy_helper.from_array(np.array([1, 2]), "axes")
    nodes = [
        helper.make_node("Cast", ["images"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["float", "axes"], ["mean3"], keepdims=1),
        helper.make_node("Flatten", ["mean3"], ["mean"]),
        helper.make_node("MatMul", ["mean", "weights"], ["signed"]),
        helper.make_node("Add", ["signed", "bias"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "brightness",
        [helper.make_tensor_value_info("images", TensorProto.UINT8, ["n", 8, 8])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 2])],
        [weights, bias, axes],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    if classes:
        helper.set_model_props(model, {"classes": classes})
    onnx.save(model, path)


def write_run(run, levels, sample="s"):
    table = pd.DataFrame({"particle_id": [f"{run}-{i}" for i in range(len(levels))], "run": run, "sample": sample})
    table = table.assign(abd_um=np.arange(len(levels)) + 2.0, ecd_um=np.nan, esd_um=np.nan, **{"class": "wrong"})
    table.to_parquet(f"data/normalized/{run}.parquet")
    images = np.broadcast_to(np.array(levels, np.uint8)[:, None, None], (len(levels), 8, 8))
    write_images(f"data/normalized/{run}.npy", np.ascontiguousarray(images), images.shape)


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder in ("data/ingested", "data/normalized"):
        (tmp_path / folder).mkdir(parents=True)
    write_run("known", [DARK, BRIGHT, BRIGHT, DARK])
    write_run("parallel-1", [DARK] * 150 + [BRIGHT] * 50)
    write_run("beads-1", [DARK])
    write_run("known-B", [DARK, BRIGHT, BRIGHT])
    write_run("b", [BRIGHT])
    runs = [("known", "A", "class"), ("parallel-1", "A", "parallel"), ("beads-1", "A", "beads"), ("b", "B", "parallel")]
    pd.DataFrame(runs, columns=["run", "platform", "role"]).to_parquet("data/ingested/runs.parquet")
    splits = {"row": [0, 1, 3], "class": ["protein", "silicone_oil", "protein"]}
    splits |= {"split": ["selection", "validation", "train"]}
    first = pd.DataFrame(splits).assign(run="known", platform="A")
    second = {"row": [0, 1, 2], "class": ["protein", "silicone_oil", "protein"], "split": "validation"}
    both = [first, pd.DataFrame(second).assign(run="known-B", platform="B")]
    pd.concat(both).to_parquet("data/splits.parquet")
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    params["compare"]["networks"] = {"A": "real-1-light"}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(params))
    write_network(tmp_path / "models/classifiers/real-1-light/model.onnx")
    return tmp_path


def test_known_particles_that_were_not_learnt_and_all_of_parallel_samples_are_called(workspace):
    main()
    assert [path.name for path in (workspace / "data/called").iterdir()] == ["A.parquet"]
    found = pd.read_parquet("data/called/A.parquet")
    known = found[found["class"].notna()]
    assert known["particle_id"].tolist() == ["known-0", "known-1"]
    assert known["class"].tolist() == known["called"].tolist() == ["protein", "silicone_oil"]
    parallel = found[found["class"].isna()]
    assert set(parallel["run"]) == {"parallel-1"}
    assert parallel["called"].tolist() == ["protein"] * 150 + ["silicone_oil"] * 50
    assert parallel["abd_um"].tolist() == [row + 2.0 for row in range(200)]


def test_every_network_calls_the_validation_particles_of_each_platform(workspace):
    params = yaml.safe_load(Path("params.yaml").read_text())
    params["compare"]["networks"] = {"A": "real-1-light", "B": "real-1-b-light"}
    Path("params.yaml").write_text(yaml.safe_dump(params))
    write_network(workspace / "models/classifiers/real-1-b-light/model.onnx")
    main()
    table = pd.read_parquet("data/crossed.parquet")
    found = table[(table["trained"] == "A") & (table["tested"] == "B") & (table["style"] == "as normalized")]
    calls = {(row["class"], row["called"]): row["particles"] for _, row in found.iterrows()}
    assert calls == {
        ("protein", "protein"): 1,
        ("protein", "silicone_oil"): 1,
        ("silicone_oil", "silicone_oil"): 1,
    }
    places = set(table[["trained", "tested", "style"]].itertuples(index=False, name=None))
    own = {(name, name, "as normalized") for name in "AB"}
    other = {(a, b, style) for a, b in ("AB", "BA") for style in ("as normalized", "contrast matched")}
    assert places == own | other


def test_the_same_bytes_again(workspace):
    main()
    first = (workspace / "data/called/A.parquet").read_bytes()
    main()
    assert (workspace / "data/called/A.parquet").read_bytes() == first


def test_a_run_without_particles_leaves_no_row(workspace):
    write_run("parallel-1", [])
    main()
    assert set(pd.read_parquet("data/called/A.parquet")["run"]) == {"known"}


def test_a_missing_or_foreign_network_names_the_mend(workspace):
    path = workspace / "models/classifiers/real-1-light/model.onnx"
    path.unlink()
    with pytest.raises(InputError, match="trains the networks"):
        main()
    path.parent.rmdir()
    write_network(path, classes=None)
    with pytest.raises(InputError, match="train it again"):
        main()
