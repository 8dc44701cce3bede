"""A packed network whose answers are known beforehand: all that it looks at is how bright the middle of an image is.

Particles of three classes are discs of other brightness on a noisy background, so that what it should say of any
image follows from the disc's grey level.
"""

import json
from contextlib import chdir
from pathlib import Path

import numpy as np
import onnx
import pandas as pd
import pytest
import yaml
from onnx import TensorProto, helper
from onnx.numpy_helper import from_array
from safetensors.numpy import save_file

from stages.common.particles import SCALARS
from stages.predict.packing import __main__ as packing

PROJECT = Path(__file__).parents[2]
CLASSES = ["protein", "silicone_oil", "air_bubble"]
LEVELS = np.array([125.0, 70.0, 230.0])  # mean grey level of each class's discs
SPREAD = 16.0  # of it, standard deviation
RUNS = {"train": 3, "selection": 2, "validation": 2}  # of each class
PARTICLES = 60  # of each run
EDGE, BACKGROUND = 64, 175


def disc(level: float, radius: float, random: np.random.Generator, edge: int = EDGE) -> np.ndarray:
    """A crop, uint8 (edge, edge)."""
    y, x = np.mgrid[:edge, :edge] - (edge - 1) / 2
    image = np.where(np.hypot(y, x) <= radius, level, BACKGROUND) + random.normal(0, 3, (edge, edge))
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def write_network(folder: Path, macro_recall: float, spread: float = SPREAD, platform: str = "A") -> None:
    """An ONNX file with the outputs that training gives, and the header of its weights; `spread` makes it surer."""
    middle = np.zeros((16, 1), np.float32)
    middle[[5, 6, 9, 10]] = 0.25  # of the 4 x 4 means of 16 px
    nodes = [
        helper.make_node("Cast", ["images"], ["grey"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["grey", "one"], ["channel"]),
        helper.make_node("AveragePool", ["channel"], ["pooled"], kernel_shape=[16, 16], strides=[16, 16]),
        helper.make_node("Mul", ["pooled", "sign"], ["map"]),
        helper.make_node("Flatten", ["pooled"], ["features"]),
        helper.make_node("MatMul", ["features", "middle"], ["mean"]),
        helper.make_node("Sub", ["mean", "levels"], ["apart"]),
        helper.make_node("Mul", ["apart", "apart"], ["square"]),
        helper.make_node("Mul", ["square", "scale"], ["logits"]),
    ]
    constants = {
        "one": np.array([1]),
        "sign": np.array([-1, -1, 1], np.float32).reshape(1, 3, 1, 1),
        "middle": middle,
        "levels": LEVELS.astype(np.float32)[None],
        "scale": np.array(-1 / (2 * spread**2), np.float32),
    }
    shapes: dict[str, list[str | int]] = {"logits": ["n", 3], "features": ["n", 16], "map": ["n", 3, 4, 4]}
    graph = helper.make_graph(
        nodes,
        "brightness",
        [helper.make_tensor_value_info("images", TensorProto.UINT8, ["n", EDGE, EDGE])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()],
        [from_array(value, name) for name, value in constants.items()],
    )
    folder.mkdir(parents=True)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, folder / "model.onnx")
    about = {
        "architecture": "brightness",
        "classes": ",".join(CLASSES),
        "dataset": "real-1",
        "platform": platform,
        "origin": "simulated",
        "selection": json.dumps({"macro_recall": macro_recall, "macro_auprc": 0.9}),
        "training": json.dumps({"real": dict.fromkeys(CLASSES, 180), "synthetic": dict.fromkeys(CLASSES, 0)}),
        "cell": "{}",
    }
    save_file(
        {"weight": np.zeros(1, np.float32)}, folder / "model.safetensors", metadata={"settings": json.dumps(about)}
    )


def write_known_particles() -> None:
    """data/normalized and data/splits.parquet of labelled runs."""
    random = np.random.default_rng(5)
    Path("data/normalized").mkdir(parents=True)
    splits = []
    for name, level in zip(CLASSES, LEVELS, strict=True):
        for split, count in RUNS.items():
            for number in range(count):
                run = f"{split}-{name}-{number}"
                radii = random.uniform(20, 26, PARTICLES)
                images = np.stack([disc(random.normal(level, SPREAD), radius, random) for radius in radii])
                np.save(f"data/normalized/{run}.npy", images)
                rows = pd.DataFrame(
                    {"abd_um": radii / 4, "run": run, "particle_id": [f"{i:016x}" for i in range(PARTICLES)]}
                )
                rows = rows.reindex(columns=[field.name for field in SCALARS])
                rows.to_parquet(f"data/normalized/{run}.parquet")
                told = {"run": run, "row": range(PARTICLES), "platform": "A", "class": name, "split": split}
                splits.append(pd.DataFrame(told).assign(particle_id=rows["particle_id"], simulated=True))
    pd.concat(splits, ignore_index=True).to_parquet("data/splits.parquet")


@pytest.fixture(scope="session")
def packed(tmp_path_factory) -> Path:
    """A workspace with the model folder models/classifier/A, packed from the better of two networks."""
    folder = tmp_path_factory.mktemp("packed")
    params = yaml.safe_load((PROJECT / "params.yaml").read_text(encoding="utf-8"))
    params["predict"]["thresholds_um"] = [2, 5.75]
    with chdir(folder):
        Path("params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
        write_network(Path("models/classifiers/real-1-brightness"), 0.95)
        write_network(Path("models/classifiers/real-2-brightness"), 0.90)
        write_known_particles()
        packing.main()
    return folder
