"""VisualSpreadsheet's tables: versions, units, encodings, chosen columns, and where the pixels come from."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from stages.common.base.errors import InputError

HEADER = "run,platform,sample,format,path,role,class,pixel_um,volume_ml\n"
PIXELS = np.random.default_rng(5).integers(0, 255, (40, 60), dtype=np.uint8)
V4 = (
    "Particle ID,Area (ABD),Calibration Factor,Capture X,Capture Y,Diameter (ABD),Image File,Image Height,Image Width,"
    "Image X,Image Y,Length,Original Reference ID,Source Image\r\n"
    "1,7.07,0.5000,5,7,3.0,v_000001.tif,9,8,0,0,3.5,AAAA-0,3\r\n"
    "2,12.57,0.5000,5,7,4.0,v_000001.tif,9,8,20,2,4.5,AAAA-1,4\r\n"
)
V6 = (
    "Name,Particle ID,Diameter (ABD) (µm),Area (ABD) (µm²),Elapsed Time (s),Image Height (px),Image Width (px),"
    "Calibration Factor\n"
    "v,1,3.0,7.07,0.5,9,8,0.5\nv,2,4.0,12.57,0.75,9,8,0.5\n"
)
SUMMARY = "\nSummary Stats,Mean,Min,Max,StdDev,% CV\nDiameter (ABD),3.5,3.0,4.0,0.7,20\n\nCount,2\nParticles / ml,9\n"


@pytest.fixture
def ingest_table(ingest):
    """Write a table with its images and ingest it; `more` are the sheet's last two cells."""

    def run(text: str, images: dict[str, np.ndarray], more: str = ",", encoding: str = "latin-1", form: str = ""):
        folder = Path("exports/v")
        folder.mkdir()
        (folder / "v.csv").write_bytes(text.encode(encoding))
        for name, pixels in images.items():
            (folder / name).parent.mkdir(exist_ok=True)
            Image.fromarray(pixels).save(folder / name)
        return ingest(f"{HEADER}v,A,s,{form},v,class,x,{more}\n")

    return run


def images_of(result) -> list[np.ndarray]:
    return [np.frombuffer(p.image, np.uint8).reshape(p.height, p.width) for p in result.particles("v").itertuples()]


SINGLE = {"v_000001.png": PIXELS[:9, :8], "images/v_000002.png": PIXELS[2:11, 20:28]}


def test_version_4_from_its_collage(ingest_table):
    result = ingest_table(V4, {"v_000001.tif": PIXELS})
    particles = result.particles("v")
    assert result.runs.loc["v", ["format", "accepted"]].tolist() == ["visualspreadsheet", 2]
    assert particles["source_id"].tolist() == ["AAAA-0", "AAAA-1"]
    assert particles["abd_um"].tolist() == [3, 4]
    assert particles["area_um2"].tolist() == [7.07, 12.57]
    assert particles["frame"].tolist() == [3, 4]
    for cut, expected in zip(images_of(result), SINGLE.values(), strict=True):
        assert np.array_equal(cut, expected)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8", "utf-8-sig", "utf-16"])
def test_version_6_with_units_and_single_images(ingest_table, encoding):
    result = ingest_table(V6, SINGLE, encoding=encoding)
    particles = result.particles("v")
    assert particles["abd_um"].tolist() == [3, 4]
    assert particles["area_um2"].tolist() == [7.07, 12.57]
    assert particles["elapsed_s"].tolist() == [0.5, 0.75]
    for cut, expected in zip(images_of(result), SINGLE.values(), strict=True):
        assert np.array_equal(cut, expected)


@pytest.mark.parametrize("text", [V6 + SUMMARY, SUMMARY.lstrip() + "\n" + V6])
def test_summaries_are_no_particles_and_are_compared(ingest_table, text):
    result = ingest_table(text, SINGLE, more=",0.5")
    assert result.runs.loc["v", "rows_read"] == 2
    assert result.metrics["by_run"]["v"]["warnings"]["summary_mismatch"] == 1  # 2 / 0.5 mL is 4, not 9


def test_a_line_after_a_blank_one_is_not_lost(ingest_table):
    result = ingest_table(V6 + "\n3,cut\n", SINGLE)
    assert result.runs.loc["v", ["rows_read", "accepted", "rejected"]].tolist() == [3, 2, 1]


def test_few_columns_suffice(ingest_table):
    result = ingest_table("Particle ID;Diameter (ESD)\n1;3.0\n2;4.0\n", SINGLE, more="0.5,")
    assert result.particles("v")["esd_um"].tolist() == [3, 4]
    assert result.particles("v")["source_id"].tolist() == ["1", "2"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (V6.replace("(ABD) (µm)", "(ABD) (mm)"), r"v\.csv, line 1, column Diameter \(ABD\): the unit is 'mm'"),
        (V6.replace("Calibration Factor", "Fibre"), "no pixel size"),
        (V6.replace(",0.5\n", ",1.0\n"), "uncalibrated"),
        (V6.replace("Name,Particle ID", "Particle ID,Particle ID"), "names Particle ID more than once"),
    ],
)
def test_a_table_that_can_not_be_read_is_told(ingest_table, text, told):
    with pytest.raises(InputError, match=told):
        ingest_table(text, SINGLE)


EIGHT_COLUMNS = "Diameter (ABD),Diameter (ESD),Length,Width,Circularity,Intensity,Area (ABD),Perimeter\n"


def test_a_table_without_pictures_is_counted_and_sized(ingest_table):
    rows = "".join(f"{d}.5,4.0,5.0,3.0,0.9,120,12.5,11\n" for d in (3, 4, 5))
    result = ingest_table(EIGHT_COLUMNS + rows, {}, more=",0.5")
    assert result.counts("v") == [3, 3, 0, 3]
    assert result.particles("v")["abd_um"].tolist() == [3.5, 4.5, 5.5]
    assert result.particles("v")["pixel_um"].isna().all()
    assert result.metrics["by_run"]["v"]["particles_per_ml"] == 6


@pytest.mark.parametrize("start", ["", "sep=;\n"])
def test_german_tables_with_decimal_commas(ingest_table, start):
    header = "Partikel-ID;Durchmesser (ABD) (\u00b5m);L\u00e4nge;Kalibrierfaktor;;\n"
    text = f"{start}{header}1;3,25;1.234,5;0,5;;\n2;4,5;4;0,5;;\n;;;;;\n"
    result = ingest_table(text, SINGLE)
    assert result.counts("v") == [2, 2, 0, 0]
    assert result.particles("v")["abd_um"].tolist() == [3.25, 4.5]
    assert result.particles("v")["length_um"].tolist() == [1234.5, 4]


def test_separators_of_thousands(ingest_table):
    """Where the decimal point stands beside them they are read; a number that may be two is refused, never guessed."""
    text = 'Particle ID,Area (ABD),Length,Calibration Factor\n1,"1,234.5",2.0,0.5\n2,"1,234",3.0,0.5\n'
    result = ingest_table(text, SINGLE)
    assert result.particles("v")["area_um2"].tolist() == [1234.5]
    assert result.rejects["reason"].tolist() == ["'1,234' may be 1234 or 1.234; export without separators of thousands"]


def test_images_numbered_from_zero_are_refused(ingest_table):
    """Each would be its neighbour's."""
    with pytest.raises(InputError, match="rename the images by Particle ID"):
        ingest_table(V6, {"v_000000.png": PIXELS[:9, :8], "v_000001.png": PIXELS[:9, :8]})


@pytest.mark.parametrize(
    ("images", "told"),
    [
        ({"v_000001.png": PIXELS[:9, :8]}, "none is there"),
        (SINGLE | {"v_2.png": PIXELS[:9, :8]}, "found: images/v_000002.png, v_2.png"),
        (SINGLE | {"images/v_000002.png": PIXELS[:9, :9]}, "another particle's image"),
        ({"v_000001.png": PIXELS[:9, :8], "w_000002.png": PIXELS[:9, :8]}, "none is there"),
    ],
)
def test_a_row_without_its_image_is_a_particle_all_the_same(ingest_table, images, told):
    result = ingest_table(V6, images)
    assert result.counts("v") == [2, 2, 0, 1]
    assert result.lost[["file", "line", "column"]].to_numpy().tolist() == [["v.csv", 3, "Particle ID"]]
    assert told in result.lost["found"][0]


def test_a_captioned_mosaic_is_not_cut(ingest_table):
    text = V4.replace("v_000001.tif", "collage_1.png")
    result = ingest_table(text, SINGLE | {"collage_1.png": PIXELS[::-1]})
    for cut, expected in zip(images_of(result), SINGLE.values(), strict=True):
        assert np.array_equal(cut, expected)
