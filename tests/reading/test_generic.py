from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from stages.common.base.errors import InputError

HEADER = "run,platform,sample,format,path,role,class,pixel_um,volume_ml,columns\n"
MAP = "image=File; abd_um=Diameter (um); class=Kind; frame=Frame"
TABLE = 'Maker X\nFile;Diameter (µm);Kind;Frame\na b.png;3.5;oil;1\n"ü;1.png";4.5;air;2\n'
PIXELS = np.random.default_rng(5).integers(0, 255, (7, 6), dtype=np.uint8)


@pytest.fixture
def ingest_table(ingest):
    def run(text: str = TABLE, columns: str = MAP):
        folder = Path("exports/g")
        folder.mkdir()
        (folder / "table.csv").write_text(text, encoding="utf-8")
        for name in ("a b.png", "ü;1.png"):
            Image.fromarray(PIXELS).save(folder / name)
        return ingest(f"{HEADER}g,C,s,generic,g,class,,0.5,0.25,{columns}\n")

    return run


def test_any_table_with_images(ingest_table):
    result = ingest_table()
    particles = result.particles("g")
    assert particles["source_id"].tolist() == ["a b.png", "ü;1.png"]
    assert particles["abd_um"].tolist() == [3.5, 4.5]
    assert particles["class"].tolist() == ["oil", "air"]
    assert particles["frame"].tolist() == [1, 2]
    assert particles["image"][0] == PIXELS.tobytes()
    assert result.runs.loc["g", ["imaged_ml", "pixel_um"]].tolist() == [0.25, 0.5]


@pytest.mark.parametrize(
    ("cell", "spoilt", "column", "told"),
    [
        ("3.5", "3,5", "Diameter (um)", "decimal comma"),
        (";oil;", ";;", "Kind", "empty"),
    ],
)
def test_a_bad_cell_costs_its_row_alone(ingest_table, cell, spoilt, column, told):
    result = ingest_table(TABLE.replace(cell, spoilt, 1))
    assert result.rejects[["line", "column"]].to_numpy().tolist() == [[3, column]]
    assert told in result.rejects["reason"][0]
    assert result.particles("g")["class"].tolist() == ["air"]


@pytest.mark.parametrize(
    ("spoilt", "told"),
    [
        ("../../x.png", "leads out of the exports folder"),
        ("c.png", "is not there"),
        ("table.csv", "not a readable image"),
    ],
)
def test_a_lost_picture_costs_no_particle(ingest_table, spoilt, told):
    result = ingest_table(TABLE.replace("a b.png", spoilt, 1))
    assert result.counts("g") == [2, 2, 0, 1]
    assert result.particles("g")["abd_um"].tolist() == [3.5, 4.5]
    assert told in result.lost["found"][0]


def test_a_column_that_the_table_lacks_is_told(ingest_table):
    with pytest.raises(InputError, match="none is one with the columns of the map"):
        ingest_table(columns="image=Picture;class=Kind")
