"""Exports that are broken, half-copied or built to harm: each is told, nothing is half-written, the rest is read."""

import errno
import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from stages.common.base.errors import InputError
from stages.ingest.written import write
from stages.reading.exports.flowcam import reader as flowcam
from tests.ingest.conftest import PROJECT
from tests.reading.exports import FlowCam, Mfi

HEADER = "run,platform,sample,format,path,role,class,pixel_um\n"
SHEET = f"{HEADER}r1,A,s,flowcam,r1,class,x,\n"
LIST = Path("exports/r1/r1.lst")
COLLAGE = Path("exports/r1/r1_000001.tif")
FIRST = 2 + len(FlowCam().columns) + 1  # line of the first particle


@pytest.fixture
def export(workspace) -> FlowCam:
    """A run of four particles, as written to exports/r1."""
    written = FlowCam()
    written.write(Path("exports"))
    return written


def counts(result, run: str = "r1") -> list[int]:
    return result.counts(run)[:3]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
def test_encodings_give_the_same_particles(export, ingest, encoding):
    expected = ingest(SHEET).particles("r1")
    LIST.write_bytes(export.list_text().encode(encoding))
    assert ingest(SHEET).particles("r1").equals(expected)


@pytest.mark.parametrize("ends", ["\n", "\r", "\r\n", "mixed"])
def test_line_ends_give_the_same_particles(export, ingest, ends):
    expected = ingest(SHEET).particles("r1")
    lines = export.list_text().split("\r\n")
    mixed = "".join(line + ("\n", "\r\n", "\r")[i % 3] for i, line in enumerate(lines))
    LIST.write_bytes((mixed if ends == "mixed" else ends.join(lines)).encode())
    assert ingest(SHEET).particles("r1").equals(expected)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", r"r1\.lst, line 1: '' is not a known list format"),
        (b"\0" * 4096, r"r1\.lst, line 1: NUL bytes; the file is damaged"),
        (b"\xff\xfe0", "starts as UTF-16 and isn't"),
    ],
)
def test_a_list_that_is_no_text_is_told(export, ingest, content, told):
    LIST.write_bytes(content)
    with pytest.raises(InputError, match=told):
        ingest(SHEET)


@pytest.mark.parametrize("column", ["image_id", "collage_file", "abd_diameter", "image_x"])
def test_a_nul_byte_in_a_cell_costs_its_row(export, ingest, column):
    export.rows[1][column] += "\0"
    LIST.write_text(export.list_text(), newline="")
    result = ingest(SHEET)
    assert counts(result) == [4, 3, 1]
    assert result.rejects[["line", "column"]].to_numpy().tolist() == [[FIRST + 1, column]]
    assert "copy it again" in result.rejects["reason"][0]


@pytest.mark.parametrize("keep", [0, 4, 100, -100])
def test_a_collage_cut_off_costs_its_pictures(export, ingest, keep):
    COLLAGE.write_bytes(COLLAGE.read_bytes()[:keep])
    result = ingest(SHEET)
    assert result.counts("r1") == [4, 4, 0, 4]
    assert result.lost["found"].str.contains("r1_000001.tif: not a readable image", regex=False).all()


def test_a_mask_cut_off_costs_no_row(export, ingest):
    Path("exports/r1/r1_000001_bin.tif").write_bytes(COLLAGE.read_bytes()[:50])
    assert counts(ingest(SHEET)) == [4, 4, 0]


@pytest.mark.parametrize("length", [0, 30, 60])
def test_a_context_cut_off_leaves_what_the_list_tells(export, ingest, length):
    context = Path("exports/r1/r1.ctx")
    context.write_text(context.read_text()[:length])
    facts = ingest(SHEET).runs.loc["r1"]
    assert (facts["accepted"], facts["pixel_um"]) == (4, 0.5)  # cal_const of the rows
    assert facts.isna()["imaged_ml"]


def test_a_context_with_a_decimal_comma_is_told(export, ingest):
    context = Path("exports/r1/r1.ctx")
    context.write_text(context.read_text().replace("=0.5", "=0,5"))
    with pytest.raises(InputError, match=r"r1\.ctx: .*=0,5 is not a number; export with decimal points"):
        ingest(SHEET)


def tiff_header(edge: int) -> bytes:
    """An uncompressed grey TIFF that announces edge x edge pixels and holds none."""
    entries = [(256, 4, edge), (257, 4, edge), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8), (277, 3, 1)]
    entries += [(278, 4, edge), (279, 4, 1)]
    body = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + body + struct.pack("<I", 0)


def test_an_immense_image_is_refused_before_it_is_decoded(export, ingest, monkeypatch):
    COLLAGE.write_bytes(tiff_header(60_000))
    monkeypatch.setattr(TiffImagePlugin.TiffImageFile, "load", lambda image: pytest.fail("decoded"))
    result = ingest(SHEET)
    assert result.counts("r1") == [4, 4, 0, 4]
    assert result.lost["found"].str.contains("larger than any image of a particle").all()


def test_a_link_may_lead_to_exports_alone(export, ingest, workspace):
    COLLAGE.rename("exports/elsewhere.tif")
    COLLAGE.symlink_to(workspace / "exports/elsewhere.tif")
    assert counts(ingest(SHEET)) == [4, 4, 0]
    Path("exports/elsewhere.tif").rename("outside.tif")
    COLLAGE.unlink()
    COLLAGE.symlink_to(workspace / "outside.tif")
    result = ingest(SHEET)
    assert result.counts("r1") == [4, 4, 0, 4]
    assert result.lost["found"].str.contains("leads out of the exports folder").all()


def test_a_link_to_itself_is_told(export, ingest):
    COLLAGE.unlink()
    COLLAGE.symlink_to(COLLAGE.name)
    assert ingest(SHEET).counts("r1") == [4, 4, 0, 4]


@pytest.mark.parametrize("name", ["Läuf Nr 1 (ü)", "x" * 200])
def test_names_with_blanks_umlauts_and_length(workspace, ingest, name):
    export = FlowCam()
    export.collages = {f"{name}.tif": export.collages["r1_000001.tif"]}
    for row in export.rows:
        row["collage_file"] = f"{name}.tif"
    export.write(Path("exports"))
    Path("exports/r1").rename(f"exports/{name}")
    assert counts(ingest(f"{HEADER}r1,A,s,flowcam,{name},class,x,\n")) == [4, 4, 0]


def test_a_name_that_is_no_text_is_rejected(workspace, ingest):
    Path("exports/c1").mkdir()
    pixels = np.zeros((3, 3), np.uint8)
    Image.fromarray(pixels).save("exports/c1/good.png")
    Path("exports/c1/good.png").rename(os.fsdecode(b"exports/c1/b\xffd.png"))
    Image.fromarray(pixels).save("exports/c1/good.png")
    result = ingest(f"{HEADER}c1,A,s,crops,c1,class,x,1\n")
    assert counts(result, "c1") == [2, 1, 1]
    assert "rename it" in result.rejects["reason"][0]


@pytest.mark.parametrize("change", ["touch", "append", "remove"])
def test_a_run_that_changes_while_it_is_read_is_refused(export, ingest, monkeypatch, change):
    def cut(*arguments):
        if change == "remove":
            LIST.unlink()
        elif change == "append":
            LIST.write_text(export.list_text() + "more")
        else:
            os.utime(LIST, ns=(1, 1))
        return original(*arguments)

    original = flowcam.cut
    monkeypatch.setattr(flowcam, "cut", cut)
    with pytest.raises(InputError, match=r"r1\.lst changed while it was read; wait"):
        ingest(SHEET)
    assert not Path("data").exists() or not any(Path("data").iterdir())


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ("flowcam", "holds 0 lists"),
        ("mfi", "holds 0 particle tables"),
        ("visualspreadsheet", "holds 0 particle tables"),
        ("crops", "holds no image"),
        ("", "no format is recognised"),
    ],
)
def test_an_empty_folder_is_told_and_the_others_are_read(export, ingest, form, told):
    Path("exports/empty").mkdir()
    result = ingest(f"{SHEET}e,A,s,{form},empty,class,x,1\n", on_bad_run="skip")
    assert counts(result) == [4, 4, 0]
    assert result.rejects["run"].tolist() == ["e"]
    assert told in result.rejects["reason"][0]


def test_files_without_content(workspace, ingest):
    Mfi().write(Path("exports"))
    for path in Path("exports/m1").iterdir():
        path.write_bytes(b"")
    with pytest.raises(InputError, match="0 particle tables"):
        ingest(f"{HEADER}m1,A,s,mfi,m1,class,x,1\n")
    with pytest.raises(InputError, match=r"no row holds ECD\(um\)"):
        ingest(f"{HEADER}m1,A,s,mfi,m1/particles.csv,class,x,1\n")


LIMITED = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
from stages.common.base.errors import run
from stages.ingest.__main__ import main
run(main)
"""


def test_a_file_that_can_not_grow_leaves_what_was_there(workspace, ingest):
    """The system itself refuses to write more than 60 kB to a file."""
    noise = FlowCam(particles=400)
    pixels = np.random.default_rng(2).integers(0, 255, (40, 60), dtype=np.uint8)
    for i, row in enumerate(noise.rows):
        row |= {"image_x": "0", "image_y": "0", "image_w": "60", "image_h": "40", "collage_file": f"p{i % 50}.tif"}
    noise.collages = {f"p{i}.tif": np.roll(pixels, 7 * i) for i in range(50)}
    FlowCam("r2").write(Path("exports"))
    folder = ingest(SHEET.replace("r1", "r2")).folder
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    noise.write(Path("exports"))
    Path("sheet.csv").write_text(SHEET)
    command = [sys.executable, "-c", LIMITED]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(PROJECT)})
    assert done.returncode == 1
    assert "error: data/ingested: can't be written" in done.stderr and "Traceback" not in done.stderr
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in folder.parent.iterdir()] == ["ingested"]
    assert len(list(Path(".scratch/ingest").iterdir())) == 1  # what is kept of r2, and nothing of r1


def test_a_full_disk_leaves_what_was_there(export, ingest, monkeypatch):
    folder = ingest(SHEET).folder
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def fail(writer, *_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(write.pq.ParquetWriter, "write_table", fail)
    with pytest.raises(
        InputError, match=r"data/ingested: can't be written: .*No space left on device; make room on the disk of "
    ):
        ingest(SHEET)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in folder.parent.iterdir()] == ["ingested"]
