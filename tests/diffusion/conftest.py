"""A project folder with drawn ringed discs in the place of particles, and a model that trains in seconds."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

ROOT = Path(__file__).parents[2]
LABEL = "silicone_oil"
OTHER = "air_bubble"
EDGE = 16


def rings(count, seed, edge=EDGE, contrast=-80):
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:edge, :edge] - (edge - 1) / 2
    radius = random.uniform(edge / 8, edge / 3, (count, 1, 1))
    ring = np.exp(-(((np.hypot(x, y) - radius) / (edge / 20)) ** 2))
    return np.clip(175 + contrast * ring + random.normal(0, 3, (count, edge, edge)), 0, 255).round().astype(np.uint8)


class Project:
    """A folder that stages run in, each in a process of its own."""

    def __init__(self, folder: Path):
        self.folder = folder

    def write(self, counts, labels=(LABEL,), **training):
        """One network of all `labels`; the second one's rings are bright."""
        settings = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
        settings["seed"] = 5
        diffusion = settings["diffusion"]
        diffusion["platform"] = "A"
        diffusion["start"] = "scratch"
        self.name = labels[0]
        settings["classes"]["minority"] = list(labels)
        shared = list(labels) if len(labels) > 1 else []
        self.left_over = 1 if shared else 0  # a shared network's training stays in .scratch for its other classes
        diffusion["generator"] = {"images": 12, "epochs": training.pop("epochs", 20), "shared": shared}
        diffusion["network"] |= {"base": 8, "multipliers": [1, 2], "patch": 2, "attention": [], "dropout": 0.1}
        diffusion["process"]["steps"] = 100
        diffusion["training"] |= {"batch": 5, "checkpoint_every": 2, "sample_epochs": [2, 4], **training}
        diffusion["sampler"] = {
            "name": "dpm_solver",
            "steps": 4,
            "batch": 8,
            "guidance": 1.0,
            "images": 20,
            "copy_gap": 1 / 3,
        }
        settings["quality"] |= {"images": 16, "trajectory": 3}
        settings["assemble"]["mixed"] = {}
        settings["compare"]["networks"] = {}
        (self.folder / "params.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
        normalized = self.folder / "data" / "normalized"
        normalized.mkdir(parents=True, exist_ok=True)
        rows = []
        for label, contrast in zip(labels, (-80, 60), strict=False):
            for number, (split, count) in enumerate(counts.items()):
                run = split if label == LABEL else f"{label}-{split}"
                np.save(normalized / f"{run}.npy", rings(count, number, contrast=contrast))
                rows += [(f"{run}{i}", run, i, "A", label, split, True) for i in range(count)]
        columns = ["particle_id", "run", "row", "platform", "class", "split", "simulated"]
        pd.DataFrame(rows, columns=columns).to_parquet(self.folder / "data" / "splits.parquet")
        return self

    def start(self, script, name=None, cores=None, threads="1") -> subprocess.Popen:
        """On `cores` of the processor's (None: all), told of so many OpenMP `threads`."""
        environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": threads}
        program = f"import os, runpy; os.sched_setaffinity(0, {sorted(cores or os.sched_getaffinity(0))})\n"
        program += f"runpy.run_module('stages.diffusion.{script}', run_name='__main__', alter_sys=True)"
        return subprocess.Popen(
            [sys.executable, "-c", program, name or self.name],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, script, name=None, cores=None, threads="1") -> str:
        process = self.start(script, name, cores, threads)
        out, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        return out

    def bytes(self, path) -> bytes:
        return (self.folder / path).read_bytes()


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)
