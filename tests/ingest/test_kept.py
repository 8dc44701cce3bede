"""Runs that are as they were are not read again; anything that counts makes them be."""

import os
import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from stages.common.base.errors import InputError
from stages.ingest import kept
from tests.reading.exports import FlowCam, Mfi

HEADER = "run,platform,sample,format,path,role,class,dilution\n"
R1, R2, M1 = "r1,A,s,,r1,class,x,\n", "r2,A,s,,r2,class,x,\n", "m1,B,s,,m1,unlabelled,,\n"
ALL = HEADER + R1 + R2 + M1


@pytest.fixture
def runs(workspace):
    for export in (FlowCam("r1"), FlowCam("r2"), Mfi()):
        export.write(Path("exports"))


@pytest.fixture
def count(ingest, capsys):
    """Ingest a sheet and return how many of its runs were read."""

    def run(sheet: str = ALL, **settings) -> int:
        ingest(sheet, **settings)
        said = capsys.readouterr().err
        read, unchanged = (int(word) for word in said.split("runs: ")[-1].split() if word.isdigit())
        assert read + unchanged == sheet.count("\n") - 1
        return read

    return run


def results() -> dict[str, bytes]:
    paths = [path for folder in ("data", "metrics", "plots") for path in Path(folder).rglob("*") if path.is_file()]
    return {str(path): path.read_bytes() for path in paths}


def forget() -> None:
    """As dvc does before it runs a stage, and the scratch folder besides."""
    for folder in ("data", "metrics", "plots", ".scratch"):
        shutil.rmtree(folder)


def test_nothing_is_read_twice(runs, count):
    assert (count(), count()) == (3, 0)
    shutil.rmtree("data")
    assert count() == 0


def test_what_was_kept_has_the_bytes_of_what_is_read(runs, count):
    count()
    shutil.rmtree("data")
    count()
    again = results()
    forget()
    assert count() == 3
    assert results() == again


def test_a_new_run_is_read_alone(runs, count):
    assert count(HEADER + R1 + M1) == 2
    assert count(HEADER + R2 + R1 + M1) == 1


def append(path: str, text: str = "\n") -> None:
    Path(path).write_text(Path(path).read_text() + text)


def flip(path: str) -> None:
    """Another content of the same size and time of change."""
    before = Path(path).stat()
    content = Path(path).read_bytes()
    Path(path).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES = {
    "list": lambda: append("exports/r1/r1.lst"),
    "context": lambda: append("exports/r1/r1.ctx"),
    "same size and time": lambda: flip("exports/r1/r1.ctx"),
    "collage": lambda: flip("exports/r1/r1_000001.tif"),
    "mask appears": lambda: Path("exports/r1/r1_000001_bin.tif").write_bytes(b"no mask"),
    "summary appears": lambda: Path("exports/r1/r1_summary.csv").write_text("Count,9\n"),
    "collage disappears": lambda: Path("exports/r1/r1_000001.tif").unlink(),
    "table appears": lambda: Path("exports/r1/table.csv").write_text("Particle ID,Diameter (ABD)\n"),
    "result spoilt": lambda: next(Path(".scratch/ingest").glob("*/particles.parquet")).write_bytes(b""),
    "record spoilt": lambda: next(Path(".scratch/ingest").glob("*/record.json")).write_text("{"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_run_is_read_alone(runs, count, change):
    count()
    CHANGES[change]()
    assert count() == 1
    after = results()
    assert count() == 0
    forget()
    count()
    assert results() == after


def test_a_row_of_the_sheet_or_a_label_that_changes(runs, count):
    count()
    assert count(ALL.replace(R2, "r2,A,s,,r2,class,x,5\n")) == 1
    Path("exports/labels.csv").write_text("run,particle,class\nr1,AAAA-1,y\n")
    assert count(ALL.replace(R2, "r2,A,s,,r2,class,x,5\n"), labels="labels.csv") == 1


def test_new_code_reads_all(runs, count, monkeypatch):
    count()
    monkeypatch.setattr("stages.ingest.__main__.code_digest", lambda: "another")
    assert count() == 3


def test_touched_files_are_no_other_files(runs, count):
    count()
    for path in Path("exports").rglob("*"):
        os.utime(path)
    assert count() == 0


def test_a_run_that_reaches_beyond_its_folder_is_not_kept(runs, count):
    shutil.move("exports/r1/r1_000001.tif", "exports/elsewhere.tif")
    path = Path("exports/r1/r1.lst")
    path.write_text(path.read_text().replace("r1_000001.tif", "../elsewhere.tif"))
    assert (count(), count()) == (3, 1)


def test_runs_that_left_the_sheet_are_dropped(runs, count):
    count()
    assert len(list(Path(".scratch/ingest").iterdir())) == 3
    count(HEADER + R1)
    assert len(list(Path(".scratch/ingest").iterdir())) == 1


def test_a_failed_stage_keeps_the_runs_that_could_be_read(runs, ingest, count):
    Path("exports/r2/r2.lst").write_text("018\n")
    with pytest.raises(InputError, match="1 of 3 runs"):
        ingest(ALL)
    FlowCam("r3").write(Path("exports"))
    shutil.copy("exports/r3/r3.lst", "exports/r2/r2.lst")
    assert count() == 1


def test_a_copy_does_where_files_can_have_one_name_only(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError

    monkeypatch.setattr(os, "link", refuse)
    (tmp_path / "a").write_bytes(b"1")
    kept.hand_over(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == b"1"


def test_the_numbers_of_the_libraries_count(monkeypatch):
    before = kept.code_digest()
    monkeypatch.setattr(kept, "version", lambda name: pa.__version__ + name)
    assert kept.code_digest() != before
