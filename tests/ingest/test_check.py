import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from stages.common.base.errors import InputError
from stages.ingest.__main__ import command
from tests.ingest.conftest import PROJECT
from tests.reading.exports import FlowCam, Mfi

HEADER = "run,platform,sample,format,path,role,class\n"


@pytest.fixture
def check(workspace, capsys):
    """The printed lines of a check of the sheet, which is no part of params.yaml."""

    def run(sheet: str) -> list[str]:
        params = yaml.safe_load((PROJECT / "params.yaml").read_text(encoding="utf-8"))
        params["ingest"] |= {"exports": "exports", "sheet": "another.csv", "labels": None, "relabelled": None}
        Path("params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
        Path("mine.csv").write_text(sheet)
        before = sorted(workspace.rglob("*"))
        command(["--check", "mine.csv"])
        assert sorted(workspace.rglob("*")) == before
        return capsys.readouterr().out.splitlines()

    return run


def test_what_would_be_read(check):
    export = FlowCam()
    export.rows[2]["collage_file"] = "r1_000002.tif"
    export.write(Path("exports"))
    Mfi().write(Path("exports"))
    head, flowcam, mfi, *notes, last = check(f"{HEADER}r1,A,s,,r1,class,x\nm1,B,s,,m1,blank,\n")
    assert head.split()[5:8] == ["rows", "refused", "labels"]
    facts = ["r1", "flowcam", "class", "x", "Spreadsheet", "1.2", "4", "0", "0", "0.5", "5e-07", "2", "1"]
    assert flowcam.split() == facts
    assert mfi.split() == ["m1", "mfi", "blank", "-", "-", "3", "0", "0", "0.75", "0.25", "2", "0"]
    assert "line 2, run r1: missing: r1_000002.tif" in notes
    used = next(note for note in notes if note.startswith("line 3, run m1: columns used: "))
    assert "ECD(\u00b5m)" in used
    assert "line 3, run m1: columns absent: Circularity, Intensity STD, Max Feret Diameter(um), Aspect Ratio" in notes
    assert last == "2 runs can be read"


def test_a_run_with_too_many_refused_rows_can_not_be_read(check):
    export = FlowCam()
    export.rows[3]["image_w"] = "0"
    export.write(Path("exports"))
    told = (
        r"1 of 4 rows are refused, .*the first is r1\.lst, line 19, column image_w: '0' is below 1\n0 runs .*, 1 can't"
    )
    with pytest.raises(InputError, match=told):
        check(f"{HEADER}r1,A,s,,r1,class,x\n")


def test_runs_that_can_not_be_read_are_told_beside_the_others(check):
    FlowCam().write(Path("exports"))
    with pytest.raises(InputError, match=r"1 of 2 runs can't be read\n(.*\n)+line 3, run r2: .*'r2' is not there"):
        check(f"{HEADER}r1,A,s,,r1,class,x\nr2,A,s,,r2,class,x\n")


def test_a_reader_that_stops_early_is_no_error(workspace):
    for i in range(30):
        FlowCam(f"r{i}").write(Path("exports"))
    rows = "".join(f"r{i},A,s,,r{i},class,x\n" for i in range(30))
    Path("mine.csv").write_text(HEADER + rows)
    params = yaml.safe_load((PROJECT / "params.yaml").read_text(encoding="utf-8"))
    params["ingest"] |= {"exports": "exports", "sheet": "mine.csv", "labels": None, "relabelled": None}
    Path("params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    read, write = os.pipe()
    command = [sys.executable, "-m", "stages.ingest", "--check"]
    with subprocess.Popen(
        command, stdout=write, stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(PROJECT)}
    ) as process:
        os.close(write)
        os.close(read)
        assert process.stderr.read() == b""
    assert process.returncode == 0
