"""The way to ingest a sheet in a temporary workspace."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import yaml

from stages.common.base.files import read_json
from stages.ingest.__main__ import main

PROJECT = Path(__file__).parents[2]


class Ingested:
    """What the stage wrote."""

    def __init__(self, workspace: Path) -> None:
        self.folder = workspace / "data/ingested"
        self.runs = pd.read_parquet(self.folder / "runs.parquet").set_index("run")
        self.rejects = pd.read_csv(self.folder / "rejects.csv")
        self.warnings = pd.read_csv(self.folder / "warnings.csv", dtype={"expected": str, "found": str})
        self.metrics = read_json(workspace / "metrics/ingest.json")

    def counts(self, run: str) -> list[int]:
        """Rows read, accepted, rejected, and accepted without a picture."""
        return self.runs.loc[run, ["rows_read", "accepted", "rejected", "without_image"]].tolist()

    @property
    def lost(self) -> pd.DataFrame:
        """The rows whose picture is lost; column `found` tells why."""
        return self.warnings[self.warnings["check"] == "without_image"].reset_index(drop=True)

    def particles(self, run: str) -> pd.DataFrame:
        return pd.read_parquet(self.folder / f"{run}.parquet")


@pytest.fixture
def workspace(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exports").mkdir()
    return tmp_path


@pytest.fixture
def ingest(workspace) -> Callable[..., Ingested]:
    """Ingest the runs of a sheet, given as CSV text, with the block `ingest` changed by keywords."""

    def run(sheet: str, **settings) -> Ingested:
        Path("sheet.csv").write_text(sheet, encoding="utf-8")
        params = yaml.safe_load((PROJECT / "params.yaml").read_text(encoding="utf-8"))
        params["ingest"] |= {
            "exports": "exports",
            "sheet": "sheet.csv",
            "labels": None,
            "relabelled": None,
            "on_bad_run": "stop",
            "refused_share_max": 1.0,  # in exports of four rows a single one is a quarter
        } | settings
        Path("params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
        main()
        return Ingested(workspace)

    return run
