"""Runs of known class as a network scores them: simulated beside the study, the study's own, and of a score model."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import pandas as pd
import yaml

from stages.common.base.parameters import PARAMS
from stages.common.particles import size_column
from stages.common.unfinished.fingerprint import of_bytes, of_code

ROOT = Path(__file__).resolve().parents[1]
SCRATCH = ROOT / ".scratch/predict_counts"
SEED = 777  # other runs than the study's
RUNS = 16  # of each class
BATCH = 128
DIAMETERS = ("abd_um", "ecd_um", "esd_um")
MEANS = np.array(
    [[0.0, 0.0], [2.6, 0.0], [0.0, 3.6]]
)  # of the score model's classes: calls err as often as the network's
RUN_SD = 0.12  # of a run's scores, about their class
SIZES = (450, 65, 65)  # particles of a run of each class, as the study has them


@dataclass(frozen=True)
class Run:
    """Particles of one class in one run: `logits` (N, C) and `sizes_um` (N,)."""

    logits: np.ndarray
    sizes_um: np.ndarray


Pool = list[list[Run]]  # the runs of each class


def simulated_pool(network: Path, classes: list[str], platform: str) -> Pool:
    """RUNS runs of each class that the study lacks, scored by the network of the file `network`."""
    study = simulated_study(platform)
    session = onnxruntime.InferenceSession(str(network), providers=["CPUExecutionProvider"])
    names = sorted(path.stem for path in (study / "data/normalized").glob("*.npy"))
    labels = {name: pd.read_parquet(study / f"data/normalized/{name}.parquet", columns=["class"]) for name in names}
    return [
        [_scored(session, study, name) for name in names if labels[name]["class"].iloc[0] == label] for label in classes
    ]


def study_pool(network: Path, classes: list[str], platform: str, split: str) -> Pool:
    """The study's own runs of a split, scored."""
    session = onnxruntime.InferenceSession(str(network), providers=["CPUExecutionProvider"])
    particles = pd.read_parquet("data/splits.parquet")
    own = particles[(particles["platform"] == platform) & (particles["split"] == split)]
    return [
        [
            _scored(session, Path(), name, rows["row"].to_numpy())
            for name, rows in own[own["class"] == label].groupby("run")
        ]
        for label in classes
    ]


def simulated_study(platform: str) -> Path:
    """A folder with its normalized images; made where it isn't there yet."""
    params = yaml.safe_load(Path(PARAMS).read_text(encoding="utf-8"))
    simulate = params["simulate"]
    of_classes = {name: sample for name, sample in simulate["samples"].items() if sample["role"] == "class"}
    simulate["samples"] = {
        name: sample | {"runs": {platform: RUNS}, "frames": {platform: sample["frames"][platform]}}
        for name, sample in of_classes.items()
    }
    simulate["platforms"] = {platform: simulate["platforms"][platform]}
    params["ingest"]["relabelled"] = None  # a person's labels are of the study's own particles
    text = yaml.safe_dump(params | {"seed": SEED})
    code = of_code([ROOT / "stages" / name for name in ("simulate", "ingest", "normalize")])
    study = SCRATCH / of_bytes(text.encode(), code.encode())[:8]
    if not (study / "done").exists():
        study.mkdir(parents=True, exist_ok=True)
        (study / "params.yaml").write_text(text, encoding="utf-8")
        for stage in ("simulate", "ingest", "normalize"):
            command = [sys.executable, "-m", f"stages.{stage}"]
            subprocess.run(command, cwd=study, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=True)
        (study / "done").touch()
    return study


def _scored(session: onnxruntime.InferenceSession, study: Path, run: str, rows: np.ndarray | None = None) -> Run:
    images = np.load(study / f"data/normalized/{run}.npy")
    table = pd.read_parquet(study / f"data/normalized/{run}.parquet", columns=list(DIAMETERS))
    if rows is not None:
        images, table = images[rows], table.iloc[rows]
    batches = (images[start : start + BATCH] for start in range(0, len(images), BATCH))
    found = np.concatenate([session.run(["logits"], {"images": batch})[0] for batch in batches])
    size = size_column({name: bool(table[name].notna().any()) for name in DIAMETERS})
    return Run(found.astype(float), table[size].to_numpy(float))


def score_model(random: np.random.Generator) -> Pool:
    """Normal scores that shift from run to run; logits are those of no shift, twice too sharp and biased."""
    bias = np.array([1.0, 0.0, -1.0])

    def run(number: int) -> Run:
        scores = MEANS[number] + random.normal(0, RUN_SD, 2) + random.normal(size=(SIZES[number], 2))
        logits = scores @ MEANS.T - (MEANS**2).sum(axis=1) / 2
        return Run(2 * logits + bias, np.full(SIZES[number], np.nan))

    return [[run(number) for _ in range(RUNS)] for number in range(len(MEANS))]
