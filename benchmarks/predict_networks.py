"""A ResNet-18 packed for answers, in float32 and in int8, to be held against the default's light network.

It is trained by the stages on the default's set real-1, as params/resnet18.yaml says but for the one learning rate. The
int8 network is ONNX Runtime's static quantization of it, calibrated on training images.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import torch
import yaml
from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static
from safetensors import safe_open
from safetensors.torch import save_file

from benchmarks.diffusion_setup import ROOT
from stages.classify.training.export import write_onnx
from stages.classify.training.fit import Scale
from stages.classify.training.networks import NETWORKS
from stages.common.arrays import read_images
from stages.common.confusion import confusion, recalls
from stages.common.scale import write_scale
from stages.predict.model.network import Network

DATASET, ARCHITECTURE = "real-1", "resnet18"
TRAINED = f"{DATASET}-{ARCHITECTURE}"
CALIBRATED_ON, BATCH = 512, 64  # training images that set the int8 ranges
RESAMPLES = 2000
EDGE = 64


def pack_resnet18(folder: Path) -> tuple[Path, Path]:
    """Train in `folder`, by links to the default's data, and pack: the model folders in float32 and in int8."""
    (folder / "data").symlink_to(ROOT / "data")
    shutil.copy(ROOT / "dvc.yaml", folder)
    params = folder / "params.yaml"
    shutil.copy(ROOT / "params.yaml", params)
    write_scale(ROOT / "params/resnet18.yaml", params)
    content = yaml.safe_load(params.read_text(encoding="utf-8"))
    content["classify"]["architectures"][ARCHITECTURE]["grid"]["lr"] = [1.0e-3]
    params.write_text(yaml.safe_dump(content), encoding="utf-8")
    _answer_by(params, TRAINED)
    _stage(folder, "classify.training", DATASET, ARCHITECTURE)
    models = []
    for name in ("float32", "int8"):
        if name == "int8":
            quantize(folder / f"models/classifiers/{TRAINED}/model.onnx")
        _stage(folder, "predict.packing")
        models.append((folder / "models/classifier/A").rename(folder / name))
    return models[0], models[1]


def pack_fresh(folder: Path, architecture: str) -> Path:
    """Pack a network of `architecture` that hasn't learnt anything, for its speed alone, in the folder of
    `pack_resnet18`."""
    trained = folder / "models/classifiers" / TRAINED
    with safe_open(trained / "model.safetensors", framework="numpy") as file:
        settings = json.loads(file.metadata()["settings"]) | {"architecture": architecture}
    fresh = trained.with_name(f"{DATASET}-{architecture}")
    fresh.mkdir()
    torch.manual_seed(1)
    network = NETWORKS[architecture](len(settings["classes"].split(",")))
    save_file(network.state_dict(), fresh / "model.safetensors", metadata={"settings": json.dumps(settings)})
    told = {"architecture": architecture, "classes": settings["classes"]}
    write_onnx(fresh / "model.safetensors", fresh / "model.onnx", EDGE, Scale(128.0, 50.0), told)
    _answer_by(folder / "params.yaml", fresh.name)
    _stage(folder, "predict.packing")
    return (folder / "models/classifier/A").rename(folder / architecture)


def _answer_by(params: Path, network: str) -> None:
    content = yaml.safe_load(params.read_text(encoding="utf-8"))
    content["predict"]["network"] = network
    params.write_text(yaml.safe_dump(content), encoding="utf-8")


def _stage(folder: Path, stage: str, *words: str) -> None:
    """With the project's code, on what lies in `folder`."""
    code = folder / "stages"
    if not code.exists():
        code.symlink_to(ROOT / "stages")
    subprocess.run([sys.executable, "-m", f"stages.{stage}", *words], cwd=folder, check=True, capture_output=True)


class _TrainingImages(CalibrationDataReader):
    def __init__(self) -> None:
        images, _ = images_of("train")
        few = images[np.linspace(0, len(images) - 1, CALIBRATED_ON).astype(int)]
        self._batches: Iterator[np.ndarray] = iter(few[start : start + BATCH] for start in range(0, len(few), BATCH))

    def get_next(self) -> dict[str, np.ndarray] | None:
        batch = next(self._batches, None)
        return None if batch is None else {"images": batch}


def quantize(path: Path) -> None:
    """Bring convolutions and products of the network at `path` to int8, in place. Sums of two products of 8 bits don't
    fit 16 on processors without VNNI, so weights have 7."""
    whole = path.with_name("float32.onnx")
    path.rename(whole)
    quantize_static(
        whole,
        path,
        _TrainingImages(),
        op_types_to_quantize=["Conv", "Gemm"],
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
    )
    whole.unlink()


def images_of(split: str) -> tuple[np.ndarray, pd.DataFrame]:
    """Normalized images of a split of the default's platform A, and their rows of the split's table."""
    table = pd.read_parquet(ROOT / "data/splits.parquet")
    own = table[(table["split"] == split) & (table["platform"] == "A") & table["class"].notna()]
    parts = [
        read_images(ROOT / f"data/normalized/{run}.npy")[rows["row"].to_numpy()]
        for run, rows in own.groupby("run", sort=True)
    ]
    return np.concatenate(parts), own.sort_values("run", kind="stable")


def int8_loss(whole: Path, small: Path) -> tuple[float, float, float]:
    """Macro recall on validation, int8 less float32, in points, with its 95 % interval: a paired bootstrap of the
    particles of each class."""
    images, rows = images_of("validation")
    names = sorted(rows["class"].unique())
    truth = np.searchsorted(names, rows["class"].to_numpy(str))
    called = [_called(model, images, names) for model in (whole, small)]
    random = np.random.default_rng(1)
    found = []
    for draw in range(RESAMPLES + 1):
        chosen = [np.flatnonzero(truth == number) for number in range(len(names))]
        if draw:
            chosen = [random.choice(own, len(own)) for own in chosen]
        places = np.concatenate(chosen)
        means = [np.mean(recalls(confusion(truth[places], each[places], len(names)))) for each in called]
        found.append(100 * (means[1] - means[0]))
    low, high = np.quantile(found[1:], [0.025, 0.975])
    return found[0], float(low), float(high)


def _called(model: Path, images: np.ndarray, names: list[str]) -> np.ndarray:
    """The classes by their place in `names`; temperature and biases, which the answers have besides, apart."""
    classes = yaml.safe_load((model / "manifest.json").read_text(encoding="utf-8"))["classes"]
    logits, _ = Network((model / "model.onnx").read_bytes(), "model.onnx").answers(images)
    return np.searchsorted(names, np.array(classes))[logits.argmax(axis=1)]
