"""A small workspace as the earlier stages would leave it, with known rates and ratios."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from matplotlib import pyplot as plt

from stages.common.particles import PARTICLES, RUNS, particle_id

ROOT = Path(__file__).parents[2]
CLASSES = ["protein", "silicone_oil", "air_bubble"]
NETWORKS = {"A": "real-1-light", "B": "real-1-b-light"}
RATIO = 0.6  # concentration on B over A, of the parallel sample


class Workspace:
    """Writes runs, particles and predictions below `folder`; every count is Poisson with a known mean."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.random = np.random.default_rng(11)
        self.rows: list[dict] = []
        self.tables: dict[str, pd.DataFrame] = {}

    def run(self, name, platform, sample, role, mean, sizes, label=None, imaged_ml=0.02, **columns):
        """One run: a Poisson count of particles with diameters drawn by `sizes(random, count)`, or none."""
        count = int(self.random.poisson(mean))
        blank = {field.name: None for field in PARTICLES}
        diameter = "abd_um" if platform == "A" else "ecd_um"
        drawn = sizes(self.random, count) if sizes else None
        self.tables[name] = pd.DataFrame(
            {
                **blank,
                "particle_id": [particle_id(name, str(i)) for i in range(count)],
                "run": name,
                "platform": platform,
                "class": label,
                "simulated": True,
                diameter: drawn,
            }
        ).astype(dict.fromkeys(("abd_um", "ecd_um", "esd_um"), float))
        self.rows.append(
            {field.name: None for field in RUNS}
            | {"run": name, "platform": platform, "sample": sample, "role": role, "class": label, "simulated": True}
            | {"dilution": 1.0, "imaged_ml": imaged_ml, "pixel_um": 0.5, "format": "flowcam", "min_size_um": 2.0}
            | {"accepted": count, "rejected": 0, "rows_read": count, "without_image": 0}
            | {"no_concentration": None if imaged_ml else "the export doesn't tell the imaged volume"}
            | columns
        )

    def classes(self, platforms, **columns):
        for platform in platforms:
            for label in CLASSES:
                for number in (1, 2):
                    name = f"{label}-{platform}{number}"
                    self.run(name, platform, label, "class", 60, falling, label, **columns)

    def parallel(self, platforms):
        for platform in platforms:
            mean = 2000 * (RATIO if platform == "B" else 1)
            for number in (1, 2, 3):
                self.run(f"stressed-{platform}{number}", platform, "stressed", "parallel", mean, falling)

    def dilutions(self, platforms):
        """Halves and quarters of the parallel sample."""
        for platform in platforms:
            for dilution in (2, 4):
                mean = 2000 * (RATIO if platform == "B" else 1) / dilution
                for number in (1, 2):
                    name = f"diluted_{dilution}"
                    columns = {"dilution": float(dilution), "parent": "stressed"}
                    self.run(f"{name}-{platform}{number}", platform, name, "parallel", mean, falling, **columns)

    def blanks(self, platforms):
        for platform in platforms:
            for number in (1, 2):
                self.run(f"blank-{platform}{number}", platform, "blank", "blank", 8, falling)

    def beads(self, platforms):
        for platform in platforms:
            for number in (1, 2):
                self.run(
                    f"beads-{platform}{number}",
                    platform,
                    "beads_10um",
                    "beads",
                    400,
                    lambda random, count: random.normal(10.5, 0.2, count),
                    nominal_diameter_um=10.0,
                    certified_per_ml=20000.0,
                )

    def predictions(self, network, accuracy):
        """Predictions and features of every labelled particle; `accuracy`: platform -> share right."""
        labelled = pd.concat([table for table in self.tables.values() if table["class"].notna().all()])
        table = labelled[["particle_id", "run", "platform", "class", "simulated"]].reset_index(drop=True)
        right = self.random.random(len(table)) < table["platform"].map(accuracy)
        table["predicted"] = table["class"].where(right, self.random.choice(CLASSES, len(table)))
        folder = self.folder / "data/predictions/real" / network
        folder.mkdir(parents=True)
        table.to_parquet(folder / "predictions.parquet")
        features = self.random.normal(size=(len(table), 8))
        features[:, 0] += 6 * table["class"].map(CLASSES.index)
        embedding = table.drop(columns="predicted")
        for number in range(8):
            embedding[f"f{number}"] = features[:, number]
        embedding.to_parquet(folder / "embedding.parquet")

    def called(self, platform, accuracy, shares=(0.8, 0.15, 0.05)):
        """What the platform's own network calls its particles of known class, and those of its parallel samples, which
        are of the CLASSES in these `shares`; right in the share `accuracy`."""
        parts = []
        for row in self.rows:
            table = self.tables[row["run"]]
            if row["platform"] != platform or row["role"] not in ("class", "parallel"):
                continue
            truth = table["class"].where(table["class"].notna(), self.random.choice(CLASSES, len(table), p=shares))
            right = self.random.random(len(table)) < accuracy
            called = truth.where(right, self.random.choice(CLASSES, len(table)))
            columns = ["particle_id", "run", "class", "abd_um", "ecd_um", "esd_um"]
            parts.append(table[columns].assign(sample=row["sample"], called=called))
        (self.folder / "data/called").mkdir(parents=True, exist_ok=True)
        pd.concat(parts).to_parquet(self.folder / f"data/called/{platform}.parquet")
        self.crossed_styles()

    def crossed_styles(self):
        """Every network on the other platform's particles: nine of ten right as normalized, all when matched."""
        rows = [
            (trained, tested, style, label, called, particles)
            for trained, tested in (("A", "B"), ("B", "A"))
            for label in CLASSES
            for style, called, particles in (
                ("as normalized", label, 90),
                ("as normalized", CLASSES[CLASSES.index(label) - 1], 10),
                ("contrast matched", label, 100),
            )
        ]
        columns = ["trained", "tested", "style", "class", "called", "particles"]
        pd.DataFrame(rows, columns=columns).to_parquet(self.folder / "data/crossed.parquet")

    def write(self, **compare):
        """Write all that, and params.yaml with `compare`'s keys replaced."""
        (self.folder / "data/ingested").mkdir(parents=True)
        runs = pd.DataFrame(self.rows)
        for field in RUNS:
            if str(field.type) == "double":
                runs[field.name] = runs[field.name].astype(float)
        runs.to_parquet(self.folder / "data/ingested/runs.parquet")
        for name, table in self.tables.items():
            table.to_parquet(self.folder / f"data/ingested/{name}.parquet")
        params = yaml.safe_load((ROOT / "params.yaml").read_text())
        params["compare"] |= {"networks": NETWORKS} | compare
        (self.folder / "params.yaml").write_text(yaml.safe_dump(params, sort_keys=False))


def falling(random, count):
    """Diameters from 2 um with a density that falls with the cube."""
    return 2 * random.random(count) ** (-1 / 2)


@pytest.fixture(autouse=True)
def figures_are_closed():
    """Of parts whose pictures a test doesn't save, which is what closes them."""
    yield
    plt.close("all")


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Workspace(tmp_path)
