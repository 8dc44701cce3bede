from pathlib import Path

import pytest

from stages.common.base.errors import InputError
from stages.ingest.sheet.sheet import read_sheet
from stages.reading.exports.readers import READERS

HEADER = "run,platform,sample,format,path,role,class,nominal_diameter_um,dilution,pixel_um"


def read(tmp_path: Path, text: str, labelled: bool = False):
    path = tmp_path / "sheet.csv"
    path.write_text(text, encoding="utf-8")
    return read_sheet(path, list(READERS), labelled)


def test_a_good_sheet(tmp_path):
    rows = read(tmp_path, f"\ufeff{HEADER}\nr1, A ,s,flowcam,a/b,class,x,,,\n\nr2,B,s,mfi,c,beads,,5.0,10,0.75\n")
    assert [(row.run, row.platform, row.label, row.line) for row in rows] == [("r1", "A", "x", 2), ("r2", "B", None, 4)]
    assert (rows[1].nominal_diameter_um, rows[1].dilution, rows[1].pixel_um) == (5.0, 10.0, 0.75)


@pytest.mark.parametrize(
    ("row", "column", "mend"),
    [
        ("r/1,A,s,flowcam,p,class,x,,,", "run", "letters, digits"),
        ("runs,A,s,flowcam,p,class,x,,,", "run", "table of all runs"),
        ("r1,,s,flowcam,p,class,x,,,", "platform", "fill it in"),
        ("r1,A,s,hiac,p,class,x,,,", "format", "flowcam, mfi, visualspreadsheet, crops, generic"),
        ("r1,A,s,flowcam,,class,x,,,", "path", "fill it in"),
        ("r1,A,s,flowcam,p,bead,,5,,", "role", "class, beads, parallel"),
        ("r1,A,s,flowcam,p,beads,,,,", "nominal_diameter_um", "certificate"),
        ("r1,A,s,flowcam,p,class,,,,", "class", "needs a class"),
        ("r1,A,s,flowcam,p,blank,x,,,", "class", "role class only"),
        ('r1,A,s,flowcam,p,class,x,,,"0,55"', "pixel_um", "decimal point"),
        ("r1,A,s,flowcam,p,class,x,,,-1", "pixel_um", "above 0"),
        ("r1,A,s,flowcam,p,class,x,,,nan", "pixel_um", "finite"),
        ("r1,A,s,flowcam,p,class,x,,0.1,", "dilution", "at least 1"),
        ("r1,A,s,crops,p,class,x,,,", "pixel_um", "pixel size"),
        ("r1,A,s,generic,p,class,x,,,", "pixel_um", "pixel size"),
        ("r1,A,s,generic,p,class,x,,,1", "columns", "image="),
        ("r1,A,s,,p,class,,,,", "class", "needs a class"),
    ],
)
def test_a_wrong_cell_is_told_with_its_place_and_mend(tmp_path, row, column, mend):
    with pytest.raises(InputError, match=rf"line 3, column {column}: .*{mend}"):
        read(tmp_path, f"{HEADER}\nok,A,s,flowcam,p,class,x,,,\n{row}\n")


def test_what_the_sheet_says_of_pixels_edits_and_splits(tmp_path):
    header = "run,platform,sample,format,path,role,class,bits,edited,split"
    row = read(tmp_path, f"{header}\nr1,A,s,flowcam,p,class,x,12,true,validation\n")[0]
    assert (row.bits, row.edited, row.split) == (12, True, "validation")
    row = read(tmp_path, f"{header}\nr1,A,s,flowcam,p,class,x,,,\n")[0]
    assert (row.bits, row.edited, row.split) == (None, False, None)


@pytest.mark.parametrize(
    ("cells", "column", "mend"),
    [
        ("class,x,7,,", "bits", "at least 8"),
        ("class,x,17,,", "bits", "at most 16"),
        ("class,x,,perhaps,", "edited", "true, or leave it empty"),
        ("class,x,,,test", "split", "train, selection, validation"),
        ("blank,,,,train", "split", "role class only"),
    ],
)
def test_a_wrong_cell_of_pixels_edits_and_splits_is_told(tmp_path, cells, column, mend):
    header = "run,platform,sample,format,path,role,class,bits,edited,split"
    with pytest.raises(InputError, match=f"line 2, column {column}: .*{mend}"):
        read(tmp_path, f"{header}\nr1,A,s,flowcam,p,{cells}\n")


def test_all_wrong_cells_are_told_at_once(tmp_path):
    with pytest.raises(InputError) as error:
        read(tmp_path, f"{HEADER}\nr1,A,s,flowcam,p,class,x,,,a\nr2,A,s,flowcam,p,class,x,,b,c\nr3,A\n")
    assert str(error.value).count("\n") == 4


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEADER + ",colour\n", "unknown column 'colour'"),
        ("run,platform,sample,format,path\n", "column role is missing"),
        (HEADER + ",run\n", "column run is there twice"),
        (HEADER.replace(",", ";") + "\n", "commas"),
        (HEADER + "\n", "no run"),
        ("", "column run is missing"),
        (
            f"{HEADER}\nr1,A,s,flowcam,p,class,x,,,\nR1,A,s,flowcam,p,class,x,,,\n",
            "line 3, column run: .*line 2 already",
        ),
    ],
)
def test_a_wrong_sheet_is_told(tmp_path, text, told):
    with pytest.raises(InputError, match=told):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ("File", "with semicolons between"),
        ("image=", "with semicolons between"),
        ("image=a;image=b", "given twice"),
        ("picture=a", "'picture' is not one of image, source_id, class, abd_um"),
    ],
)
def test_a_wrong_column_map_is_told(tmp_path, columns, told):
    header = "run,platform,sample,format,path,role,class,pixel_um,columns"
    with pytest.raises(InputError, match=f"line 2, column columns: .*{told}"):
        read(tmp_path, f"{header}\nr1,A,s,generic,p,class,x,1,{columns}\n")


def test_a_class_may_come_from_labels(tmp_path):
    assert read(tmp_path, f"{HEADER}\nr1,A,s,flowcam,p,class,,,,\n", labelled=True)[0].label is None


def test_the_samples_of_the_project_are_valid():
    samples = Path(__file__).parents[2] / "samples"
    for path in sorted(set(samples.glob("*.csv")) - {samples / "relabelled.csv"}):
        assert read_sheet(path, list(READERS), labelled=True)


def test_the_sample_that_another_was_diluted_from(tmp_path):
    header = "run,platform,sample,format,path,role,class,dilution,parent\n"
    rows = read(tmp_path, f"{header}r1,A,stock,mfi,a,parallel,,,\nr2,A,tenth,mfi,b,parallel,,10,stock\n")
    assert [row.parent for row in rows] == [None, "stock"]
    for parent in ("stok", "tenth"):
        with pytest.raises(InputError, match=f"line 3, column parent: '{parent}' is no other sample"):
            read(tmp_path, f"{header}r1,A,stock,mfi,a,parallel,,,\nr2,A,tenth,mfi,b,parallel,,10,{parent}\n")
