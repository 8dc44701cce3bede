"""The stage as a whole: runs beside each other, bad runs, labels, nothing half-written."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from stages.common.base.errors import InputError
from stages.common.particles import PARTICLES, RUNS, particle_id
from tests.reading.exports import FlowCam, Mfi

HEADER = "run,platform,sample,format,path,role,class\n"
TWO = f"{HEADER}r1,A,s,flowcam,r1,class,x\nm1,B,s,mfi,m1,unlabelled,\n"


@pytest.fixture
def two(workspace):
    FlowCam().write(Path("exports"))
    Mfi().write(Path("exports"))


def test_tables_follow_the_contract(two, ingest):
    result = ingest(TWO)
    for run in ("r1", "m1"):
        table = pq.read_table(result.folder / f"{run}.parquet")
        assert table.schema.equals(PARTICLES, check_metadata=True)
        assert table["particle_id"].to_pylist() == [particle_id(run, name) for name in table["source_id"].to_pylist()]
    assert pq.read_table(result.folder / "runs.parquet").schema.equals(RUNS, check_metadata=True)
    assert result.metrics["rows_read"] == result.metrics["accepted"] == 7


def test_the_same_exports_give_the_same_bytes(two, ingest):
    first = {path.name: path.read_bytes() for path in ingest(TWO).folder.iterdir()}
    assert {path.name: path.read_bytes() for path in ingest(TWO).folder.iterdir()} == first


def test_a_changed_source_changes_the_digest(two, ingest):
    before = ingest(TWO).runs["source_digest"]
    path = Path("exports/r1/r1.ctx")
    path.write_text(path.read_text() + "[Note]\n")
    after = ingest(TWO).runs["source_digest"]
    assert before["r1"] != after["r1"]
    assert before["m1"] == after["m1"]


def test_bad_run_stops_and_leaves_what_was_there(two, ingest):
    result = ingest(TWO)
    Path("exports/r1/r1.lst").write_text("018\n")
    before = sorted(path.name for path in result.folder.parent.rglob("*"))
    with pytest.raises(InputError, match=r"sheet\.csv, line 2, run r1: r1\.lst, line 1: '018'"):
        ingest(TWO)
    assert sorted(path.name for path in result.folder.parent.rglob("*")) == before


def test_bad_run_is_skipped_and_listed(two, ingest):
    Path("exports/r1/r1.lst").write_text("018\n")
    result = ingest(TWO, on_bad_run="skip")
    assert result.runs.index.tolist() == ["m1"]
    assert result.metrics["runs_skipped"] == 1
    assert result.rejects["run"].tolist() == ["r1"]
    assert result.rejects["line"].isna().all()
    with pytest.raises(InputError, match="1 of 1 runs"):
        ingest(f"{HEADER}r1,A,s,flowcam,r1,class,x\n", on_bad_run="skip")


@pytest.mark.parametrize("path", ["../outside", "/etc", "link"])
def test_a_path_out_of_the_exports_folder_is_refused(workspace, ingest, path):
    FlowCam("outside").write(workspace)
    Path("exports/link").symlink_to(workspace / "outside")
    with pytest.raises(InputError, match="leads out of the exports folder"):
        ingest(f"{HEADER}outside,A,s,flowcam,{path},class,x\n")


def test_a_missing_path_is_told(workspace, ingest):
    with pytest.raises(InputError, match="line 2, run r1: column path: 'nowhere' is not there"):
        ingest(f"{HEADER}r1,A,s,flowcam,nowhere,class,x\n")


def save_label(name: str) -> None:
    path = Path("exports/labels") / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.zeros((2, 2), np.uint8)).save(path)


def test_labels_from_folders(workspace, ingest):
    FlowCam("r1").write(Path("exports"))
    FlowCam("r1_2").write(Path("exports"))
    for name in ("y/r1_aaaa-0.png", "z/r1_2_AAAA-1.png", "z/r1_nobody.png", "z/r9_AAAA-1.png"):
        save_label(name)
    sheet = f"{HEADER}r1,A,s,flowcam,r1,class,\nr1_2,A,s,flowcam,r1_2,class,\n"
    result = ingest(sheet, labels="labels")
    assert result.particles("r1")["class"].dropna().to_dict() == {0: "y"}
    assert result.particles("r1_2")["class"].dropna().to_dict() == {1: "z"}
    assert result.metrics["unknown_labels"] == 2
    assert result.metrics["classes"] == {"y": 1, "z": 1}


def test_a_particle_has_one_class(two, ingest):
    Path("exports/labels.csv").write_text("run,particle,class\nr1,AAAA-0,y\nr1,aaaa-0,z\n")
    with pytest.raises(
        InputError, match=r"labels\.csv, line 3: particle aaaa-0 of run r1 is 'z' here and 'y' elsewhere"
    ):
        ingest(TWO, labels="labels.csv")


@pytest.mark.parametrize(
    ("text", "told"),
    [("run,particle\n", "no column class"), ("run,particle,class\nr1,,y\n", "line 2, column particle: empty")],
)
def test_wrong_labels_are_told(two, ingest, text, told):
    Path("exports/labels.csv").write_text(text)
    with pytest.raises(InputError, match=told):
        ingest(TWO, labels="labels.csv")


SECOND_LOOK = "run,particle,class,reviewer,was,asked_as\n"


def test_a_second_look_stands_over_all_other_labels(two, ingest):
    """Over the run's label and over those of single particles; it may lie anywhere, for nobody else wrote it."""
    Path("exports/labels.csv").write_text("run,particle,class\nr1,AAAA-0,y\n")
    Path("mine.csv").write_text(SECOND_LOOK + "r1,aaaa-0,z,AB,y,random\nr1,AAAA-1,unsure,AB,y,doubtful\n")
    before = ingest(TWO, labels="labels.csv").particles("r1")["class"]
    after = ingest(TWO, labels="labels.csv", relabelled="mine.csv").particles("r1")["class"]
    assert before[0] == "y" and after[0] == "z"
    assert list(after[1:].fillna("")) == list(before[1:].fillna(""))


def test_the_file_of_a_second_look_may_be_the_labels(two, ingest):
    Path("exports/labels.csv").write_text(SECOND_LOOK + "r1,AAAA-0,z,AB,y,random\nr1,AAAA-1,unsure,AB,y,doubtful\n")
    result = ingest(TWO, labels="labels.csv")
    assert result.particles("r1")["class"][0] == "z"
    assert "unsure" not in result.metrics["classes"]


def test_a_class_may_be_called_unsure_where_no_second_look_says_so(two, ingest):
    Path("exports/labels.csv").write_text("run,particle,class\nr1,AAAA-0,unsure\n")
    assert ingest(TWO, labels="labels.csv").particles("r1")["class"][0] == "unsure"


def test_a_second_look_that_is_not_there_is_told(two, ingest):
    with pytest.raises(InputError, match=r"nowhere\.csv: not there; ingest\.relabelled names"):
        ingest(TWO, relabelled="nowhere.csv")
