"""A run in a zip: read as the folder that was packed, within bounds."""

import shutil
import stat
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from stages.common.base.errors import InputError
from stages.reading.exports import archive
from stages.reading.exports.sheet.row import SheetRow
from tests.reading.exports import FlowCam, Mfi

SHEET = "run,platform,sample,format,path,role,class\nr1,A,s,{form},{path},class,x\n"


def packed(folder: Path, path: Path, within: str = "") -> Path:
    """`path`, a zip of what `folder` holds; `within`: a folder of the zip that all lies in."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for file in sorted(folder.rglob("*")):
            zipped.write(file, Path(within) / file.relative_to(folder))
    return path


def refused(ingest, match: str) -> None:
    """The zip is refused with these words, and nothing of it is left."""
    with pytest.raises(InputError, match=match):
        ingest(SHEET.format(form="flowcam", path="r.zip"))
    assert list(Path(".scratch").glob("unpacked-*")) == []


@pytest.mark.parametrize("form", ["", "flowcam"])
@pytest.mark.parametrize("within", ["", "r1"], ids=["files", "their folder"])
def test_it_is_read_as_its_folder(workspace, ingest, form, within):
    exports = Path("exports")
    FlowCam().write(exports)
    there = ingest(SHEET.format(form=form, path="r1"))
    folder = there.particles("r1")
    told = there.runs.loc["r1"]
    packed(exports / "r1", exports / "r1.zip", within)
    shutil.rmtree(exports / "r1")
    zipped = ingest(SHEET.format(form=form, path="r1.zip"))
    pd.testing.assert_frame_equal(zipped.particles("r1"), folder)
    pd.testing.assert_series_equal(zipped.runs.loc["r1"], told)
    assert list(Path(".scratch").glob("unpacked-*")) == []


def test_other_formats_and_what_a_mac_packs_beside(workspace, ingest):
    Mfi("r1").write(Path("exports"))
    path = packed(Path("exports/r1"), Path("exports/r.ZIP"), "r1")
    with zipfile.ZipFile(path, "a") as zipped:
        zipped.writestr("__MACOSX/r1/._particles.csv", b"\0\5\26\7")
    assert ingest(SHEET.format(form="", path="r.ZIP")).runs.loc["r1", "format"] == "mfi"


def test_it_is_read_again_only_when_it_has_changed(workspace, ingest, capsys):
    for particles, read in ((4, 1), (4, 0), (3, 1)):
        if read:
            shutil.rmtree("exports/r1", ignore_errors=True)
            FlowCam(particles=particles).write(Path("exports"))
            packed(Path("exports/r1"), Path("exports/r.zip"))
        result = ingest(SHEET.format(form="flowcam", path="r.zip"))
        assert f"runs: {read} read, {1 - read} unchanged" in capsys.readouterr().err
        assert len(result.particles("r1")) == particles


@pytest.mark.parametrize("name", ["../evil.txt", "/tmp/evil.txt", "r1/../../evil.txt", "C:\\evil.txt", "..\\evil.txt"])
def test_a_name_that_leads_out_is_refused(workspace, ingest, name):
    with zipfile.ZipFile("exports/r.zip", "w") as zipped:
        zipped.writestr(name, "x")
    refused(ingest, r"r\.zip: .*evil\.txt' leads out of the archive")
    assert not list(workspace.parent.rglob("evil.txt"))


def test_a_link_is_refused(workspace, ingest):
    link = zipfile.ZipInfo("r1.lst")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile("exports/r.zip", "w") as zipped:
        zipped.writestr(link, "/etc/passwd")
    refused(ingest, r"r\.zip: 'r1\.lst' is a link")


def test_two_files_of_one_name_are_refused(workspace, ingest):
    with zipfile.ZipFile("exports/r.zip", "w") as zipped:
        zipped.writestr("r1.lst", "x")
        zipped.writestr("R1.LST", "y")
    refused(ingest, r"r\.zip: holds 'r1\.lst' twice")


def test_a_bomb_is_refused_before_anything_is_written(workspace, ingest):
    with zipfile.ZipFile("exports/r.zip", "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("r1.lst", bytes(100 << 20))
    refused(ingest, r"bytes that would become 104857600, more than an export's do")


@pytest.mark.parametrize(
    ("bound", "most", "match"), [("MOST_FILES", 1, "holds 2 files"), ("MOST_BYTES", 7, "become 8,")]
)
def test_there_is_a_bound_to_files_and_bytes(workspace, ingest, monkeypatch, bound, most, match):
    monkeypatch.setattr(archive, bound, most)
    with zipfile.ZipFile("exports/r.zip", "w") as zipped:
        zipped.writestr("a", "1234")
        zipped.writestr("b", "1234")
    row = SheetRow(line=2, run="r1", platform="A", sample="s", path="r.zip", role="unlabelled")
    with pytest.raises(InputError, match=match), archive.unpacked(row, Path("exports")):
        pass


def test_an_entry_gives_no_more_than_it_says(workspace, ingest):
    """Its size, in the directory at the end and before its bytes, is a lie."""
    with zipfile.ZipFile("exports/r.zip", "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("r1.lst", bytes(1 << 20))
    content = Path("exports/r.zip").read_bytes()
    told = (1 << 20).to_bytes(4, "little")
    assert content.count(told) == 2
    Path("exports/r.zip").write_bytes(content.replace(told, (10).to_bytes(4, "little")))
    refused(ingest, r"r\.zip: not a whole zip \(Bad CRC-32")


@pytest.mark.parametrize("keep", [0, 2, 100, -30])
def test_a_zip_that_is_cut_off_is_refused(workspace, ingest, keep):
    FlowCam().write(Path("exports"))
    path = packed(Path("exports/r1"), Path("exports/r.zip"))
    path.write_bytes(path.read_bytes()[:keep])
    refused(ingest, r"r\.zip: not a whole zip")


def test_a_spoilt_picture_in_a_zip_is_refused(workspace, ingest):
    FlowCam().write(Path("exports"))
    path = packed(Path("exports/r1"), Path("exports/r.zip"))
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as zipped:
        member = next(member for member in zipped.infolist() if member.filename.endswith(".tif"))
    start = member.header_offset + 30 + len(member.filename)
    content[start + member.compress_size // 2] ^= 0xFF
    path.write_bytes(content)
    refused(ingest, r"r\.zip: not a whole zip")


def test_a_zip_in_a_zip_stays_packed(workspace, ingest):
    FlowCam().write(Path("exports"))
    inner = packed(Path("exports/r1"), Path("exports/inner.zip"))
    with zipfile.ZipFile("exports/r.zip", "w") as zipped:
        zipped.write(inner, "inner.zip")
    refused(ingest, "r1: ")
