"""The same bytes, whatever the number of workers."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from stages.common.scale import write_scale
from tests.simulate.test_runs import digests

ROOT = Path(__file__).parents[2]
SHORT = """
simulate:
  samples:
    protein: {frames: {A: 4, B: 3}, runs: {A: 2, B: 1}}
    silicone_oil: {frames: {A: 4, B: 3}, runs: {A: 2, B: 1}}
    air_bubble: null
    stressed_low: null
    stressed: null
    stressed_high: null
    stressed_coarse: null
    stressed_fine: null
    diluted_2: null
    diluted_4: null
    diluted_8: null
    beads_2um: null
    beads_3um: null
    beads_5um: null
    beads_10um: null
    beads_15um: null
    beads_25um: null
    foreign: null
"""


@pytest.fixture
def written(tmp_path):
    """Run the stage with so many workers; return the digests of what it wrote."""

    def run(workers: int) -> dict[str, str]:
        folder = tmp_path / str(workers)
        folder.mkdir()
        (folder / "stages").symlink_to(ROOT / "stages")
        (folder / "short.yaml").write_text(SHORT)
        shutil.copy(ROOT / "params.yaml", folder)
        write_scale(folder / "short.yaml", folder / "params.yaml")
        environment = os.environ | {"LOKY_MAX_CPU_COUNT": str(workers)}
        subprocess.run([sys.executable, "-m", "stages.simulate"], cwd=folder, env=environment, check=True)
        return digests(folder / "data")

    return run


def test_one_worker_and_two_write_the_same_bytes(written):
    one, two = written(1), written(2)
    assert len(one) > 30
    assert one == two
