"""Boxes and pixel size as an MFI's table and frames tell them themselves."""

from pathlib import Path

import numpy as np
import pytest

from stages.common.base.errors import InputError
from tests.reading.exports import MFI_HEADER, Mfi

SHEET = "run,platform,sample,format,path,role,class,pixel_um\nm1,B,s,mfi,m1,class,x,{pixel_um}\n"
PIXEL_UM, FRINGE_UM = 1.32, 6.4
EDGE = 400  # px, of a frame


def drawn(extra: int, border: int = 0, particles: int = 60) -> Mfi:
    """A run of dark discs on noise, its boxes inclusive (extra 0) or half-open (extra 1), `border` px wide."""
    random = np.random.default_rng(4)
    export = Mfi()
    export.preamble = ["Analyzed Volume(mL): 0.25"]
    export.rows, export.frames = [], {}
    rows, columns = np.indices((EDGE, EDGE))
    for frame in range(particles // 9 + 1):
        levels = 200 + random.normal(0, 2, (EDGE, EDGE))
        for place in range(9):
            radius = random.uniform(7, 25)
            y, x = 60 + 130 * (place // 3), 60 + 130 * (place % 3)
            disc = np.hypot(rows - y, columns - x) <= radius
            levels[disc] = 90
            seen_y, seen_x = np.flatnonzero(disc.any(axis=1)), np.flatnonzero(disc.any(axis=0))
            d_px = 2 * np.sqrt(disc.sum() / np.pi)
            number = len(export.rows) + 1
            box = [seen_x[0] - border, seen_x[-1] + extra + border, seen_y[0] - border, seen_y[-1] + extra + border]
            ecd = f"{PIXEL_UM * d_px - FRINGE_UM:.2f}"
            cells = [number, frame, place + 1, frame / 22, ecd, disc.sum(), 300, *box, "No"]
            export.rows.append([str(cell) for cell in cells])
        export.frames[f"m1_Image_{frame:05d}.png"] = levels.clip(0, 255).astype(np.uint8)
    return export


@pytest.fixture
def ingest_one(ingest):
    def run(export: Mfi, pixel_um: str = "1.32"):
        export.write(Path("exports"))
        return ingest(SHEET.format(pixel_um=pixel_um))

    return run


@pytest.mark.parametrize(("extra", "told"), [(0, "inclusive"), (1, "half-open")])
def test_boxes_are_settled_by_contrast(ingest_one, extra, told):
    """Either way the crop is the particle's bounding box, and its opposite sides look alike."""
    result = ingest_one(drawn(extra))
    assert result.runs.loc["m1", "boxes"].startswith(told)
    for particle in result.particles("m1").itertuples():
        dark = np.frombuffer(particle.image, np.uint8).reshape(particle.height, particle.width) < 150
        assert dark[0].any() and dark[-1].any() and dark[:, 0].any() and dark[:, -1].any()


def test_wide_borders_tell_nothing_and_are_half_open(ingest_one):
    assert ingest_one(drawn(1, border=5)).runs.loc["m1", "boxes"].startswith("half-open (its borders are wide")


def test_an_area_that_only_an_inclusive_box_holds_tells(ingest_one):
    export = drawn(0)
    for row in export.rows:
        area = (int(row[8]) - int(row[7])) * (int(row[10]) - int(row[9])) + 1
        row[4:6] = f"{PIXEL_UM * 2 * np.sqrt(area / np.pi) - FRINGE_UM:.2f}", str(area)
    assert ingest_one(export, "1.32").runs.loc["m1", "boxes"].startswith("inclusive (the area exceeds")


def test_crops_of_the_inclusive_size_tell(ingest_one):
    export = drawn(0)
    whole = dict(export.frames)
    export.frames = {}
    for row in export.rows:
        left, right, top, bottom = map(int, row[7:11])
        frame = whole[f"m1_Image_{int(row[1]):05d}.png"]
        export.frames[f"{row[0]}.png"] = frame[top : bottom + 1, left : right + 1]
    result = ingest_one(export)
    assert result.runs.loc["m1", "boxes"] == "inclusive (the exported crops' size)"
    assert result.counts("m1")[3] == 0


@pytest.mark.parametrize("stated", ["0.75", "1.1", "1.5"])
def test_a_pixel_size_that_the_tables_sizes_contradict_is_refused(ingest_one, stated):
    with pytest.raises(InputError, match=rf"stated as {stated} um, but the table's own sizes fit 1\.3\d* um/px"):
        ingest_one(drawn(0), stated)


def test_a_pixel_size_within_a_tenth_is_taken(ingest_one):
    assert ingest_one(drawn(0), "1.25").runs.loc["m1", "pixel_um"] == 1.25


def test_without_a_pixel_size_the_fitted_one_is_named(ingest_one):
    with pytest.raises(InputError, match=r"give pixel_um in the sheet \(its sizes fit 1\.3\d* um/px by ECD"):
        ingest_one(drawn(0), "")


SPELLINGS = {
    "snake": "id,frame_number,particle_number,time_stamp_s,ecd_um,area_px,intensity_mean,x_left,x_right,y_top,y_bottom,"
    "edge_particle",
    "blanks": "#,Frame #,Particle #,Time Stamp (s),ECD (\u00b5m),Area (pixels),Mean Intensity,X LEFT,X RIGHT,Y TOP,"
    "Y BOTTOM,Edge Particle",
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_headers_in_other_spellings_are_the_same_columns(ingest_one, monkeypatch, spelling):
    header = SPELLINGS[spelling].split(",")
    assert len(header) == len(MFI_HEADER)
    monkeypatch.setattr("tests.reading.exports.MFI_HEADER", header)
    export = Mfi()
    result = ingest_one(export, "0.75")
    particles = result.particles("m1")
    assert particles["ecd_um"].tolist() == [3.25, 5.0, 2.5]
    assert particles["elapsed_s"].tolist() == [0.5, 0.5, 1.5]
    assert particles["intensity_mean"].tolist() == [255, 127.5, 0]
    assert particles["edge"].tolist() == [True, False, False]
