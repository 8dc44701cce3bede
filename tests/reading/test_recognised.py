"""Formats that the sheet leaves empty, and lists beyond a plain run's."""

import unicodedata
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from stages.common.base.errors import InputError
from tests.reading.exports import FlowCam, Mfi

HEADER = "run,platform,sample,format,path,role,class,pixel_um\n"


def test_each_folder_is_recognised(workspace, ingest):
    FlowCam().write(Path("exports"))
    Path("exports/r1/r1.csv").write_text("Particle ID,Diameter (ABD)\n1,9.0\n")
    Mfi().write(Path("exports"))
    Path("exports/c1/a").mkdir(parents=True)
    Image.fromarray(np.zeros((4, 4), np.uint8)).save("exports/c1/a/1.png")
    sheet = (
        f"{HEADER}r1,A,s,,r1,unlabelled,,\nlist,A,s,,r1/r1.lst,unlabelled,,\nm1,B,s,,m1,blank,,\nc1,B,s,,c1,blank,,1\n"
    )
    assert ingest(sheet).runs["format"].to_dict() == {"r1": "flowcam", "list": "flowcam", "m1": "mfi", "c1": "crops"}


def test_what_is_not_recognised_is_told(workspace, ingest):
    Path("exports/r1").mkdir()
    with pytest.raises(
        InputError, match=r"line 2, run r1: column format: empty, .*an empty folder.*write one of flowcam"
    ):
        ingest(f"{HEADER}r1,A,s,,r1,unlabelled,,\n")
    Path("exports/r1/notes.txt").write_text("none")
    with pytest.raises(InputError, match=r"notes\.txt"):
        ingest(f"{HEADER}r1,A,s,,r1,unlabelled,,\n")


SHEET = f"{HEADER}c1,A,s,,c1,class,x,1\n"


def save_crops(*sizes: tuple[int, int]) -> None:
    Path("exports/c1").mkdir()
    for i, size in enumerate(sizes):
        Image.fromarray(np.full(size, i, np.uint8)).save(f"exports/c1/{i}.png")


def test_what_may_be_no_crop_is_never_taken_for_one(workspace, ingest):
    """Collages, frames, and whatever lies beside a table that no format knows; written out, the format is believed."""
    save_crops((5, 5), (6, 7))
    assert ingest(SHEET).runs.loc["c1", "format"] == "crops"
    table = Path("exports/c1/out.csv")
    table.write_text("File,Size,Kind\n0.png,3,oil\n1.png,4,oil\n")
    with pytest.raises(
        InputError, match=r"out\.csv is a table that no format knows, with the columns File, Size, Kind"
    ):
        ingest(SHEET)
    table.unlink()
    Path("exports/c1/run.ctx").write_text("[Fluid]\n")
    with pytest.raises(InputError, match=r"run\.ctx lies beside them"):
        ingest(SHEET)
    Path("exports/c1/run.ctx").unlink()
    Image.fromarray(np.zeros((1024, 1280), np.uint8)).save("exports/c1/frame.png")
    with pytest.raises(InputError, match=r"one has 1280 x 1024 px, as a camera's frame or a collage.*write crops"):
        ingest(SHEET)
    assert ingest(SHEET.replace("s,,c1", "s,crops,c1")).counts("c1") == [3, 3, 0, 0]


def test_many_pictures_of_one_size_may_be_tiles(workspace, ingest):
    save_crops(*[(9, 9)] * 12)
    with pytest.raises(InputError, match="all 12 that were looked at have 9 x 9 px"):
        ingest(SHEET)


def test_columns_of_like_names_are_pointed_out(workspace, ingest):
    Path("exports/c1").mkdir()
    Path("exports/c1/t.csv").write_text("Partcle ID,Diameter,Lenght\n1,2,3\n2,3,4\n")
    with pytest.raises(InputError, match=r"'Partcle ID' is like Particle ID, .*'Lenght' is like Length"):
        ingest(SHEET)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_composed_and_decomposed_names_are_one(workspace, ingest, form):
    name = unicodedata.normalize(form, "Läuf")
    other = unicodedata.normalize({"NFC": "NFD", "NFD": "NFC"}[form], "Läuf")
    export = FlowCam()
    export.collages = {f"{name}.tif": export.collages["r1_000001.tif"]}
    for row in export.rows:
        row["collage_file"] = f"{other}.tif"
    export.write(Path("exports"))
    Path("exports/r1").rename(f"exports/{name}")
    assert ingest(f"{HEADER}r1,A,s,flowcam,{other},class,x,\n").counts("r1") == [4, 4, 0, 0]


def test_a_recognised_format_is_checked_as_a_written_one(workspace, ingest):
    Path("exports/c1").mkdir()
    Image.fromarray(np.zeros((4, 4), np.uint8)).save("exports/c1/1.png")
    with pytest.raises(InputError, match="column pixel_um: empty"):
        ingest(f"{HEADER}c1,A,s,,c1,class,x,\n")


@pytest.mark.parametrize(
    ("suffix", "collage"), [(".lst", "r1_images_000001.tif"), (".flb", "r1_lib_images_000001.tif")]
)
def test_saved_lists_and_libraries(workspace, ingest, suffix, collage):
    """Their collages are named otherwise, and no masks are beside them."""
    export = FlowCam()
    export.collages = {collage: export.collages["r1_000001.tif"]}
    for row in export.rows:
        row |= {"collage_file": collage, "image_x": str(int(row["image_x"]) + 2), "image_y": "2"}  # not 0
    export.write(Path("exports"))
    Path("exports/r1/r1.lst").rename(f"exports/r1/r1{suffix}")
    result = ingest(f"{HEADER}r1,A,s,,r1,unlabelled,,\n")
    assert result.runs.loc["r1", ["accepted", "rejected"]].tolist() == [4, 0]
    assert result.particles("r1")["image"][1] == export.collages[collage][2:11, 12:20, 0].tobytes()


def test_of_two_lists_the_sheet_names_one(workspace, ingest):
    """A list saved again beside its run shares the run's context; the run's summary is not its own."""
    export = FlowCam()
    export.write(Path("exports"))
    del export.rows[1:]
    Path("exports/r1/edited.lst").write_text(export.list_text())
    with pytest.raises(InputError, match=r"2 lists \(edited\.lst, r1\.lst\); name the list itself"):
        ingest(f"{HEADER}r1,A,s,,r1,unlabelled,,\n")
    facts = ingest(f"{HEADER}e,A,s,,r1/edited.lst,unlabelled,,\n").runs.loc["e"]
    assert (facts["accepted"], facts["pixel_um"], facts["software"]) == (1, 0.5, "Spreadsheet 1.2")
