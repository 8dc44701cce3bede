from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from stages.common.base.errors import InputError
from tests.reading.exports import Mfi

SHEET = "run,platform,sample,format,path,role,class,pixel_um,volume_ml\nm1,B,s,mfi,m1,class,x,{more}\n"


@pytest.fixture
def ingest_one(ingest):
    def run(export: Mfi, more: str = ",", **settings):
        export.write(Path("exports"))
        return ingest(SHEET.format(more=more), **settings)

    return run


def test_whole_run(ingest_one):
    export = Mfi()
    result = ingest_one(export)
    particles = result.particles("m1")
    assert result.runs.loc["m1", ["pixel_um", "imaged_ml"]].tolist() == [0.75, 0.25]
    assert particles["ecd_um"].tolist() == [3.25, 5.0, 2.5]
    assert particles["intensity_mean"].tolist() == [255, 127.5, 0]
    assert particles["area_um2"].tolist() == [40 * 0.5625, 60 * 0.5625, 20 * 0.5625]
    assert particles["edge"].tolist() == [True, False, False]
    assert particles["abd_um"].isna().all()
    second = np.frombuffer(particles["image"][1], np.uint8).reshape(9, 12)
    assert np.array_equal(second, export.frames["m1_Image_00004.png"][11:20, 30:42])


def test_sheet_goes_before_the_preamble(ingest_one):
    facts = ingest_one(Mfi(), more="0.5,2").runs.loc["m1"]
    assert (facts["pixel_um"], facts["imaged_ml"]) == (0.5, 2)


def test_simulated_by_its_preamble(ingest_one):
    export = Mfi()
    export.preamble.append("Software: Simulated instrument")
    assert ingest_one(export).particles("m1")["simulated"].all()


@pytest.mark.parametrize(
    ("at", "cell", "told"),
    [
        (4, "-1", "below 0"),
        (4, "3;5", "not a finite number"),
        (4, "3,5", "13 fields"),
        (11, "maybe", "none of yes"),
        (0, "1", "name of the particle on line 5"),
    ],
)
def test_a_bad_cell_costs_its_row_alone(ingest_one, at, cell, told):
    export = Mfi()
    export.rows[1][at] = cell
    result = ingest_one(export)
    assert result.runs.loc["m1", ["rows_read", "accepted", "rejected"]].tolist() == [3, 2, 1]
    assert result.rejects["line"].tolist() == [6]
    assert told in result.rejects["reason"][0]


@pytest.mark.parametrize(
    ("at", "cell", "told"),
    [
        (1, "5", "one frame named ...Image_00005 is expected"),
        (8, "51", "no rectangle in the frame"),
        (8, "30", "no rectangle in the frame"),
    ],
)
def test_a_lost_picture_costs_no_particle(ingest_one, at, cell, told):
    export = Mfi()
    export.rows[1][at] = cell
    result = ingest_one(export)
    assert result.counts("m1") == [3, 3, 0, 1]
    assert result.lost["line"].tolist() == [6]
    assert told in result.lost["found"][0]
    assert result.particles("m1")["ecd_um"].tolist() == [3.25, 5.0, 2.5]


def test_pixel_size_must_be_told(ingest_one):
    export = Mfi()
    export.preamble = []
    with pytest.raises(InputError, match="give pixel_um in the sheet"):
        ingest_one(export)


def test_labels_may_use_frame_and_particle(ingest_one):
    Path("exports/labels.csv").write_text("run,particle,class\nm1,4_2,y\nm1,3,z\nm1,77,z\nm9,1,z\n")
    result = ingest_one(Mfi(), labels="labels.csv")
    assert result.particles("m1")["class"].tolist() == ["x", "y", "z"]
    assert result.metrics["unknown_labels"] == 2


@pytest.mark.parametrize("names", [["1", "2", "3"], ["4_1", "4_2", "12_1"]])
def test_exported_crops_stand_in_for_frames(workspace, ingest, names):
    whole = Mfi("whole")
    whole.write(Path("exports"))
    single = Mfi()
    boxes = [[int(cell) for cell in row[7:11]] for row in single.rows]
    frames = [single.frames[f"m1_Image_{int(row[1]):05d}.png"] for row in single.rows]
    single.frames = {
        f"{name}.png": frame[top:bottom, left:right]
        for name, frame, (left, right, top, bottom) in zip(names, frames, boxes, strict=True)
    }
    single.write(Path("exports"))
    sheet = SHEET.format(more=",") + "whole,B,s,mfi,whole,class,x,,\n"
    result = ingest(sheet)
    expected = result.particles("whole").drop(columns=["run", "particle_id"])
    pd.testing.assert_frame_equal(result.particles("m1").drop(columns=["run", "particle_id"]), expected)


@pytest.mark.parametrize(
    ("name", "shape", "told"),
    [
        ("9", (9, 12), "crop named 4_2 or 2 is expected; found: none is there"),
        ("2", (9, 9), "another particle's image"),
    ],
)
def test_a_row_without_its_crop_has_no_picture(ingest_one, name, shape, told):
    export = Mfi()
    export.frames = {"1.png": np.zeros((7, 10), np.uint8), f"{name}.png": np.zeros(shape, np.uint8)}
    export.rows = export.rows[:2]
    result = ingest_one(export)
    assert result.lost[["line", "column"]].to_numpy().tolist() == [[6, "Particle #"]]
    assert told in result.lost["found"][0]
    assert result.particles("m1")["image"].isna().tolist() == [False, True]
