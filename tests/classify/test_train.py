"""Training as it is run: what comes out, going on after a kill, and what is never read."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pandas as pd
import pytest
import torch
from safetensors import safe_open

from stages.classify.training import __main__ as train
from stages.classify.training.export import OUTPUTS, read_weights, write_onnx, write_weights
from stages.classify.training.fit import Scale
from stages.classify.training.networks import NETWORKS
from stages.common.base.errors import InputError
from stages.common.base.files import write_parquet

from .conftest import write_params

FOLDER = Path("models/classifiers/real-1-resnet18")


def run_train(monkeypatch) -> dict[str, bytes]:
    """Train real-1 with ResNet-18; every file written, by name."""
    monkeypatch.setattr(sys, "argv", ["train", "real-1", "resnet18"])
    train.main()
    return {path.name: path.read_bytes() for path in sorted(FOLDER.iterdir())}


@pytest.fixture
def trained(workspace, tiny, monkeypatch):
    return run_train(monkeypatch)


def test_it_writes_the_contract_and_finds_the_classes(trained):
    assert set(trained) == {"model.safetensors", "model.onnx", "grid.csv", "history.csv"}
    grid, history = pd.read_csv(FOLDER / "grid.csv"), pd.read_csv(FOLDER / "history.csv")
    assert len(grid) == 2 and grid["macro_recall"].max() > 0.9
    assert history.groupby("lr", as_index=False).size()["size"].sum() == len(history)
    assert history["loss"].iloc[0] > history["loss"].iloc[-1]
    with safe_open(FOLDER / "model.safetensors", "np") as file:
        about = json.loads(file.metadata()["settings"])
    assert about["classes"] == "protein,silicone_oil,air_bubble"
    assert (about["platform"], about["origin"], about["dataset"]) == ("A", "simulated", "real-1")
    assert json.loads(about["training"])["real"]["protein"] == 40


def test_both_files_say_the_same_and_hold_the_same_network(trained):
    with safe_open(FOLDER / "model.safetensors", "np") as file:
        about = json.loads(file.metadata()["settings"])
    session = onnxruntime.InferenceSession(FOLDER / "model.onnx")
    assert session.get_modelmeta().custom_metadata_map == about
    images = np.load("data/normalized/A_protein_train.npy")[:5]
    (logits,) = session.run(["logits"], {"images": images})
    network = read_weights(FOLDER / "model.safetensors", "resnet18", 3)
    with torch.inference_mode():
        standardized = Scale(float(about["mean"]), float(about["sd"])).standardized(images, torch.device("cpu"))
        np.testing.assert_allclose(logits, network(standardized), atol=1e-4)


def test_validation_labels_and_images_are_never_read(trained, workspace, monkeypatch):
    splits = pd.read_parquet("data/splits.parquet")
    validation = splits["split"] == "validation"
    splits.loc[validation, "class"] = splits.loc[validation, "class"].sample(frac=1, random_state=1).to_numpy()
    write_parquet("data/splits.parquet", splits)
    for path in Path("data/normalized").glob("*validation.npy"):
        path.unlink()
    assert run_train(monkeypatch) == trained


def test_no_image_of_another_platform_or_split_is_read(workspace, tiny, monkeypatch):
    """They are gone: the cell is chosen on the platform's own selection particles."""
    for path in Path("data/normalized").glob("*.npy"):
        if path.name.startswith("B_") or path.name.endswith("_validation.npy"):
            path.unlink()
    run_train(monkeypatch)
    assert pd.read_csv(FOLDER / "grid.csv")["macro_recall"].max() > 0.9


def test_a_killed_grid_goes_on_to_the_same_bytes(trained, workspace, monkeypatch, capsys):
    finished = []

    def killed_at_the_second(task, cell):
        if finished:
            raise KeyboardInterrupt
        finished.append(cell)
        train_cell(task, cell)

    train_cell = train.train_cell
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(train, "train_cell", killed_at_the_second)
        run_train(patch)
    assert len(list(Path(".scratch").glob("*/*-repeat*.json"))) == 1

    again = []
    monkeypatch.setattr(train, "train_cell", lambda task, cell: (again.append(cell), train_cell(task, cell)))
    assert run_train(monkeypatch) == trained
    assert len(again) == 1
    assert "train real-1-resnet18: 2 of 2 done" in capsys.readouterr().err
    assert not list(Path(".scratch").iterdir())


def test_processes_write_the_same_bytes_as_one_thread(workspace, monkeypatch):
    """ResNet-18 itself, in a few steps."""
    write_params(workspace, images=32, workers=2)
    subprocess.run([sys.executable, "-m", "stages.classify.training", "real-1", "resnet18"], check=True)
    written = {path.name: path.read_bytes() for path in sorted(FOLDER.iterdir())}
    write_params(workspace, images=32)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        assert run_train(monkeypatch) == written
    finally:
        torch.set_num_threads(threads)


@pytest.mark.parametrize("architecture", NETWORKS)
def test_every_network_is_the_same_in_onnx(architecture, tmp_path):
    torch.manual_seed(1)
    network = NETWORKS[architecture](3).eval()
    for layer in network.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):  # as a training leaves them, so that the export has what to fold
            layer.running_mean.normal_()
            layer.running_var.uniform_(0.5, 2)
    write_weights(network, tmp_path / "model.safetensors")
    about = {"architecture": architecture, "classes": "a,b,c"}
    write_onnx(tmp_path / "model.safetensors", tmp_path / "model.onnx", 64, Scale(170.0, 20.0), about)
    images = np.random.default_rng(1).integers(0, 256, (3, 64, 64), dtype=np.uint8)
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    assert [output.name for output in session.get_outputs()] == OUTPUTS
    logits, features, maps = session.run(None, {"images": images})
    with torch.inference_mode():
        standardized = Scale(170.0, 20.0).standardized(images, torch.device("cpu"))
        np.testing.assert_allclose(logits, network(standardized), atol=1e-4, rtol=1e-4)
        np.testing.assert_allclose(features, network.features(standardized), atol=1e-4, rtol=1e-4)
    bias = network.head.bias.detach().numpy()
    np.testing.assert_allclose(maps.mean(axis=(2, 3)) + bias, logits, atol=1e-4, rtol=1e-4)


def test_a_class_activation_map_shows_where_the_class_is_seen(tmp_path):
    """A head that reads one feature only: its class's map is that feature's last map, times the weight."""
    network = NETWORKS["light"](2).eval()
    with torch.no_grad():
        network.head.weight.zero_()
        network.head.weight[1, 5] = 3.0
    write_weights(network, tmp_path / "model.safetensors")
    write_onnx(
        tmp_path / "model.safetensors",
        tmp_path / "model.onnx",
        64,
        Scale(0.0, 1.0),
        {"architecture": "light", "classes": "a,b"},
    )
    images = np.random.default_rng(2).integers(0, 256, (2, 64, 64), dtype=np.uint8)
    (maps,) = onnxruntime.InferenceSession(tmp_path / "model.onnx").run(["map"], {"images": images})
    with torch.inference_mode():
        last = network.last_map(torch.from_numpy(images).float().unsqueeze(1))
    assert maps.shape == (2, 2, 4, 4) and last[:, 5].std() > 0
    assert not maps[:, 0].any()
    np.testing.assert_allclose(maps[:, 1], 3 * last[:, 5], atol=1e-4, rtol=1e-4)


def test_an_empty_selection_split_is_told(workspace, monkeypatch):
    splits = pd.read_parquet("data/splits.parquet")
    write_parquet("data/splits.parquet", splits[(splits["split"] != "selection") | (splits["class"] != "air_bubble")])
    with pytest.raises(InputError, match=r"no particle of air_bubble.*split\.fractions\.selection"):
        run_train(monkeypatch)


@pytest.mark.parametrize("arguments", [["real-7", "resnet18"], ["real-1", "resnet50"], ["real-1"]])
def test_arguments_that_params_yaml_doesnt_have_are_told(workspace, monkeypatch, arguments):
    monkeypatch.setattr(sys, "argv", ["train", *arguments])
    with pytest.raises(InputError, match=r"real-7.parquet: not there|which has resnet18|1 arguments where 2"):
        train.main()
