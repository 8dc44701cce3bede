"""A small workspace with splits and datasets of drawn particles: dark discs, rings, and ragged blobs."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from torch import nn

from stages.classify.training.networks import NETWORKS, Network
from stages.common.arrays import write_images
from stages.common.base.files import write_parquet

PROJECT = Path(__file__).parents[2]
CLASSES = ["protein", "silicone_oil", "air_bubble"]
COUNTS = {"train": 40, "selection": 12, "validation": 30}
EDGE = 32


def drawn(label: str, random: np.random.Generator) -> np.ndarray:
    """One particle, uint8 (EDGE, EDGE)."""
    y, x = np.mgrid[:EDGE, :EDGE] - EDGE / 2 + random.normal(0, 1, (2, 1, 1))
    distance = np.hypot(y, x)
    radius = random.uniform(6, 10)
    image = np.full((EDGE, EDGE), 175.0)
    if label == "protein":
        image -= 60 * (distance + random.normal(0, 4, (EDGE, EDGE)) < radius)
    elif label == "silicone_oil":
        image -= 60 * (np.abs(distance - radius) < 1.5)
    else:
        image -= 110 * (distance < radius)
    return np.clip(image + random.normal(0, 4, image.shape), 0, 255).astype(np.uint8)


def build(root: Path, platforms: tuple[str, ...] = ("A", "B")) -> Path:
    """Write stages, params.yaml, data/normalized, data/splits.parquet and data/datasets below `root`."""
    random = np.random.default_rng(7)
    (root / "stages").symlink_to(PROJECT / "stages")
    parts = []
    for platform in platforms:
        for split, count in COUNTS.items():
            for label in CLASSES:
                run = f"{platform}_{label}_{split}"
                images = np.stack([drawn(label, random) for _ in range(count)])
                write_images(root / f"data/normalized/{run}.npy", images, images.shape)
                sizes = random.uniform(1, 30, count)
                table = pd.DataFrame({"abd_um": sizes, "ecd_um": np.nan, "esd_um": sizes * 1.1})
                write_parquet(root / f"data/normalized/{run}.parquet", table)
                parts.append(
                    pd.DataFrame(
                        {
                            "particle_id": [f"{run}-{i}" for i in range(count)],
                            "run": run,
                            "row": range(count),
                            "platform": platform,
                            "class": label,
                            "split": split,
                            "simulated": True,
                        }
                    )
                )
    splits = pd.concat(parts, ignore_index=True)
    write_parquet(root / "data/splits.parquet", splits)
    train = splits[(splits["split"] == "train") & (splits["platform"] == "A")]
    manifest = train.assign(array="data/normalized/" + train["run"] + ".npy", synthetic=False)
    columns = ["array", "row", "class", "synthetic", "particle_id", "simulated"]
    write_parquet(root / "data/datasets/real-1.parquet", manifest[columns])
    write_parquet(root / "data/datasets/repeated-1.parquet", manifest[columns])
    # The same images, some of them called synthetic: what is learnt from them must be the same.
    called = (manifest["class"] != "protein") & (manifest["row"] >= 20)
    write_parquet(root / "data/datasets/mixed-1.parquet", manifest.assign(synthetic=called)[columns])
    write_params(root)
    return root


def write_params(root: Path, workers: int = 1, **training) -> None:
    """The project's params.yaml, with a tiny grid."""
    params = yaml.safe_load((PROJECT / "params.yaml").read_text())
    real = {"majority": 40, "minority": 40}
    params["assemble"] = {
        "platform": "A",
        "real": {"real-1": real, "repeated-1": {**real, "methods": ["oversampling"]}},
        "mixed": {"mixed-1": {**real, "synthetic": 20}},
    }
    how = params["classify"]["architectures"]["light"]
    params["classify"] = {
        "architectures": {
            "resnet18": {
                "grid": {"optimizer": ["adamw"], "lr": [1.0e-2, 1.0e-3], "weight_decay": [1.0e-4], "batch": [16]},
                "training": {**how["training"], "images": 640, "repeats": 1, **training},
            }
        },
        "workers": workers,
    }
    params["compare"]["networks"] = {}
    (root / "params.yaml").write_text(yaml.safe_dump(params))


class Tiny(nn.Module):
    """A network that trains in a second: two convolutions and their batch statistics."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, 5, stride=2), nn.BatchNorm2d(16), nn.ReLU(),
            nn.Conv2d(16, 32, 3, stride=2), nn.BatchNorm2d(32), nn.ReLU(),
        )  # fmt: skip

    def forward(self, images):
        return self.layers(images)


@pytest.fixture
def tiny(monkeypatch):
    """Put the tiny network in the place of ResNet-18."""
    monkeypatch.setitem(NETWORKS, "resnet18", lambda classes: Network(Tiny(), 32, classes))


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    build(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path
