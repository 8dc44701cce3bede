"""Further simulated runs to judge what `predict` knows, by the stages as they are."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import pandas as pd
import yaml

from stages.common.arrays import read_images
from stages.predict.model.manifest import read_manifest
from stages.predict.model.model import MANIFEST
from tests.pipeline.project import ROOT, call

STAGES = ("simulate", "ingest", "normalize")


@dataclass(frozen=True)
class Run:
    """A run's particles in the order of its normalized images: its table, what the network called them (N,) and its
    features (N, F), and the kind in the truth (N,), "" where a crop holds none or several."""

    name: str
    sample: str
    platform: str
    images: np.ndarray
    particles: pd.DataFrame
    called: np.ndarray
    features: np.ndarray
    kind: np.ndarray

    def __len__(self) -> int:
        return len(self.particles)

    @property
    def number(self) -> int:
        return int(self.name.rpartition("-")[2])


def simulate(folder: Path, change: Callable[[dict], None]) -> None:
    """Simulate, ingest and normalize in `folder`, with the parameters of the project as `change` leaves them."""
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    params["ingest"]["relabelled"] = None  # a person's labels are of the project's own particles
    change(params)
    (folder / "params.yaml").write_text(yaml.safe_dump(params, sort_keys=False), encoding="utf-8")
    for stage in STAGES:
        call([sys.executable, "-m", f"stages.{stage}"], folder, PYTHONPATH=str(ROOT))


def packed_network() -> str:
    """The network that answers for instrument A in this project, by its folder's name below models/classifiers."""
    manifest = Path("models/classifier/A") / MANIFEST
    return read_manifest(manifest.read_bytes(), str(manifest)).network


def opened(network: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(network / "model.onnx"), options, providers=["CPUExecutionProvider"])


def answers(session: onnxruntime.InferenceSession, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the network calls `images` (N,), and its features (N, F)."""
    first = session.get_outputs()[0].name
    parts = [
        session.run([first, "features"], {"images": np.ascontiguousarray(images[start : start + 128])})
        for start in range(0, len(images), 128)
    ]
    scores, features = (np.concatenate(each) for each in zip(*parts, strict=True))
    return scores.argmax(axis=1), features


def runs_in(folder: Path, session: onnxruntime.InferenceSession) -> list[Run]:
    """Every run of the project in `folder` that holds particles."""
    truth = pd.read_parquet(folder / "data/simulated_truth.parquet").dropna(subset=["source_id"])
    alone = truth.drop_duplicates(["run", "source_id"], keep=False).set_index(["run", "source_id"])["kind"]
    found = []
    for path in sorted((folder / "data/normalized").glob("*.npy")):
        particles = pd.read_parquet(path.with_suffix(".parquet"))
        if particles.empty:
            continue
        images = np.array(read_images(path))
        kind = alone.reindex(pd.MultiIndex.from_frame(particles[["run", "source_id"]])).fillna("").to_numpy(str)
        first = particles.iloc[0]
        found.append(
            Run(path.stem, first["sample"], first["platform"], images, particles, *answers(session, images), kind)
        )
    return found
