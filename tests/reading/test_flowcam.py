from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stages.common.base.errors import InputError
from stages.reading.exports.files.text import Text
from stages.reading.exports.flowcam import reader as flowcam
from stages.reading.exports.flowcam.checks import fringe_corrected
from stages.reading.exports.flowcam.list import read_list
from stages.reading.exports.sheet.row import SheetRow
from tests.reading.exports import FlowCam

HEADER = "run,platform,sample,format,path,role,class,dilution,pixel_um,volume_ml\n"


@pytest.fixture
def ingest_one(ingest):
    """Write an export and ingest it alone; `more` are the sheet's last three cells."""

    def run(export: FlowCam, more: str = ",,", **settings):
        export.write(Path("exports"))
        return ingest(f"{HEADER}{export.run},A,s,flowcam,{export.run},class,x,{more}\n", **settings)

    return run


def reason(result, line: int) -> str:
    return result.rejects.set_index("line").loc[line, "reason"]


def listed(path: Path, text: str) -> pd.DataFrame:
    """The rows of a list."""
    path.write_text(text, newline="")
    return pd.concat([rows.table for rows in read_list(Text(path, "utf-8"), path.name).rows()])


FIRST = 2 + len(FlowCam().columns) + 1  # line of the first particle


def test_whole_run(ingest_one):
    export = FlowCam()
    result = ingest_one(export)
    facts, particles = result.runs.loc["r1"], result.particles("r1")
    assert (facts["accepted"], facts["rejected"]) == (4, 0)
    assert (facts["dilution"], facts["pixel_um"], facts["fringe_px"], facts["threshold_dark"]) == (2, 0.5, 4.5, 20)
    assert facts["software"] == "Spreadsheet 1.2"
    assert facts.isna()["min_size_um"]  # blank in the context
    assert facts["imaged_ml"] == pytest.approx(100 * 50 * 0.25 * 80e-12 * 10 * 0.5)
    assert result.metrics["by_run"]["r1"]["particles_per_ml"] == pytest.approx(4 / facts["imaged_ml"] * 2, rel=1e-5)
    collage = export.collages["r1_000001.tif"][..., 0]
    for i, particle in enumerate(particles.itertuples()):
        assert particle.channels == 1  # three equal channels
        assert np.array_equal(
            np.frombuffer(particle.image, np.uint8).reshape(9, 8), collage[i : i + 9, 10 * i :][:, :8]
        )
    assert result.metrics["warnings"] == 0
    assert particles["source_line"].tolist() == [FIRST, FIRST + 1, FIRST + 2, FIRST + 3]


def test_columns_may_stand_in_any_order(tmp_path):
    export = FlowCam()
    expected = listed(tmp_path / "a.lst", export.list_text())
    export.columns = dict(reversed(export.columns.items())) | {"unheard_of": "double"}
    for row in export.rows:
        row["unheard_of"] = "?"
    read = listed(tmp_path / "b.lst", export.list_text())
    assert read[expected.columns.drop("source_line")].equals(expected.drop(columns="source_line"))


@pytest.mark.parametrize(
    ("column", "cell", "told"),
    [
        ("image_w", "0", "below 1"),
        ("image_x", "-1", "below 0"),
        ("image_x", "1.5", "whole number"),
        ("image_h", "99999999999", "whole number"),
        ("abd_diameter", "9,03", "decimal comma"),
        ("abd_diameter", "-2", "below 0"),
        ("abd_diameter", "nan", "finite"),
        ("abd_diameter", "1e999", "finite"),
        ("abd_diameter", "", "empty"),
        ("abd_diameter", "1|2", "14 fields where the header names 13"),
        ("image_id", "aaaa-0", "is the name of the particle on line"),
    ],
)
def test_a_bad_cell_costs_its_row_alone(ingest_one, column, cell, told):
    export = FlowCam()
    export.rows[2][column] = cell
    result = ingest_one(export)
    assert result.runs.loc["r1", ["rows_read", "accepted", "rejected"]].tolist() == [4, 3, 1]
    assert told in reason(result, FIRST + 2)
    assert result.particles("r1")["source_line"].tolist() == [FIRST, FIRST + 1, FIRST + 3]


@pytest.mark.parametrize(
    ("column", "cell", "told"),
    [
        ("image_x", "53", "outside"),
        ("collage_file", "r1_000009.tif", "not in the run's folder"),
        ("collage_file", "../../../etc/passwd", "leads out of the exports folder"),
        ("collage_file", "/etc/passwd", "leads out of the exports folder"),
        ("collage_file", "x" * 300, "can't be a file's name"),
        ("collage_file", "r1.ctx", "not a readable image"),
    ],
)
def test_a_lost_picture_costs_no_particle(ingest_one, column, cell, told):
    export = FlowCam()
    export.rows[2][column] = cell
    result = ingest_one(export)
    assert result.counts("r1") == [4, 4, 0, 1]
    assert result.lost[["line", "column"]].to_numpy().tolist() == [[FIRST + 2, column]]
    assert told in result.lost["found"][0]
    particles = result.particles("r1")
    assert particles["image"].isna().tolist() == [False, False, True, False]
    assert (particles["abd_um"] == 9.0338).all()
    assert result.metrics["by_run"]["r1"]["particles_per_ml"] == pytest.approx(1.6e7)


def test_list_cut_off_in_its_last_row(ingest_one, monkeypatch):
    whole = FlowCam.list_text
    monkeypatch.setattr(FlowCam, "list_text", lambda self: whole(self)[:-40])
    result = ingest_one(FlowCam())
    assert result.runs.loc["r1", ["rows_read", "accepted", "rejected"]].tolist() == [4, 3, 1]
    assert "fields" in reason(result, FIRST + 3)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("017\nnum-fields|65\nid|int32\nimage_x|int", "announces 65 columns and ends after 2"),
        ("017\nnum-fields|3\nid|int32\n1|2|3\n", "line 4"),
        ("017\nnum-fields|x\n", "line 2"),
        ("017\nnum-fields|1\nid|int32\n1\n", "no column image_x"),
        ("019\n", "'019' is not a known list format"),
        ("", "not a known list format"),
        (":".join(["1"] * 44), "older, colon-separated list"),
        ("3\n" + ":".join(["1"] * 47), "older, colon-separated list"),
        ("3\n1\n" + ":".join(["1"] * 46), "line 3: an older, colon-separated list .* has 46 fields; known are 44"),
    ],
)
def test_a_list_that_can_not_be_read_is_told(tmp_path, text, told):
    with pytest.raises(InputError, match=told):
        listed(tmp_path / "a.lst", text)


# As the public readers name the fields; those that are used stand at these places, counted from 0.
OLDER = {
    44: {"collage_file": 34, "image_x": 35, "image_y": 36, "image_w": 37, "image_h": 38, "src_x": 39, "src_y": 40},
    47: {"collage_file": 35, "image_x": 36, "image_y": 37, "image_w": 38, "image_h": 39, "src_x": 40, "src_y": 41},
}
SIZES = {"id": 0, "cal_const": 1, "raw_area": 2, "abd_area": 8, "abd_diameter": 9, "length": 10, "width": 11, "esd": 12}


@pytest.mark.parametrize("fields", OLDER)
def test_older_lists_between_colons(workspace, ingest, fields):
    export = FlowCam()
    export.write(Path("exports"))
    lines = []
    for i, row in enumerate(export.rows):
        told = row | {"abd_area": "64.1", "length": f"{i + 10}.5", "width": "3.5", "esd": "4.5"}
        cells = ["0"] * fields
        for name, at in (SIZES | OLDER[fields]).items():
            cells[at] = told[name]
        cells[-2] = str(100 + i)
        lines.append(":".join(cells))
    lines[3] += ":1"
    Path("exports/r1/r1.lst").write_text("\n".join(["013", "4", *lines, ""]))
    result = ingest(f"{HEADER}r1,A,s,flowcam,r1,class,x,,,\n")
    particles = result.particles("r1")
    assert particles["source_id"].tolist() == ["1", "2", "3"]
    assert particles["length_um"].tolist() == [10.5, 11.5, 12.5]
    assert (particles["abd_um"] == 9.0338).all() and (particles["esd_um"] == 4.5).all()
    assert particles["frame"].dropna().tolist() == ([100, 101, 102] if fields == 47 else [])
    collage = export.collages["r1_000001.tif"][..., 0]
    for i, particle in enumerate(particles.itertuples()):
        assert particle.image == collage[i : i + 9, 10 * i :][:, :8].tobytes()
    assert reason(result, 6) == f"{fields + 1} fields where the header names {fields}; is there a ':' inside a field?"


def test_run_without_particles(ingest_one):
    result = ingest_one(FlowCam(particles=0))
    assert result.runs.loc["r1", ["rows_read", "accepted", "rejected"]].tolist() == [0, 0, 0]
    assert len(result.particles("r1")) == 0


def test_what_the_sheet_says_goes_before_the_export(ingest_one):
    """With twice the pixel size, sizes double."""
    result = ingest_one(FlowCam(), more="5,1.0,0.125")
    facts, particles = result.runs.loc["r1"], result.particles("r1")
    assert (facts["dilution"], facts["pixel_um"], facts["imaged_ml"]) == (5, 1, 0.125)
    assert particles["abd_um"].tolist() == pytest.approx([2 * 9.0338] * 4)


def test_without_a_context_the_sheet_tells_size_and_volume(ingest_one):
    export = FlowCam()
    export.context = ""
    facts = ingest_one(export, more="5,0.5,0.125").runs.loc["r1"]
    assert (facts["accepted"], facts["pixel_um"], facts["imaged_ml"], facts["dilution"]) == (4, 0.5, 0.125, 5)


def test_uncalibrated_run_is_refused(ingest_one):
    export = FlowCam()
    export.context = export.context.replace("=0.5\n", "=1.0000\n")
    with pytest.raises(InputError, match="uncalibrated"):
        ingest_one(export)
    assert not Path("data/ingested").exists()


def test_a_simulator_is_recognised_by_its_software(ingest_one):
    export = FlowCam()
    export.context = export.context.replace("=Spreadsheet", "=Flow SIMULATOR")
    result = ingest_one(export)
    assert result.particles("r1")["simulated"].all()
    assert result.metrics["data"] == "simulated"


def test_disagreement_is_counted_and_costs_no_row(ingest_one):
    export = FlowCam()
    export.rows[1]["abd_diameter"] = "11.2838"  # 2 sqrt(400 / pi) 0.5: without the fringe correction
    export.rows[3]["cal_const"] = "0.6"
    export.collages["r1_000001_bin.tif"] = np.full((40, 60), 255, np.uint8)
    export.files["r1_summary.csv"] = "Count,5\nSample Volume Imaged ml,0.0000005\nParticles / ml,8000000\n"
    result = ingest_one(export)
    warnings = result.metrics["by_run"]["r1"]["warnings"]
    assert warnings.pop("without_image") == 0
    # 72 mask pixels are not the area; 5 is not the count; 4 / 5e-7 = 8e6 holds
    assert warnings == {"size_mismatch": 2, "mask_mismatch": 4, "calibration_mismatch": 1, "summary_mismatch": 1}
    listed = result.warnings.fillna("").astype({"line": int}).to_numpy().tolist()
    assert listed == [
        ["r1", "size_mismatch", "r1.lst", FIRST + 1, "abd_diameter", "9.0338 um", "11.2838"],
        ["r1", "size_mismatch", "r1.lst", FIRST + 3, "abd_diameter", "10.8406 um", "9.0338"],
        *(["r1", "mask_mismatch", "r1.lst", FIRST + i, "raw_area", "72 px in the mask", "400"] for i in range(4)),
        ["r1", "calibration_mismatch", "r1.lst", FIRST + 3, "cal_const", "0.5 um/px", "0.6"],
        ["r1", "summary_mismatch", "r1_summary.csv", 1, "count", "4", "5"],
    ]


def test_a_run_that_disagrees_everywhere_is_listed_in_part(ingest_one):
    export = FlowCam(particles=4)
    export.rows = [{**export.rows[0], "id": str(i), "image_id": f"N-{i}", "cal_const": "0.6"} for i in range(130)]
    result = ingest_one(export)
    assert result.metrics["by_run"]["r1"]["warnings"]["calibration_mismatch"] == 130
    listed = result.warnings[result.warnings["check"] == "calibration_mismatch"]
    assert listed["line"].dropna().tolist() == list(range(FIRST, FIRST + 100))
    assert listed["found"].iloc[-1] == "30 more"


def test_true_colour_stays(ingest_one):
    export = FlowCam()
    export.collages["r1_000001.tif"][5, 5, 0] ^= 1
    particle = ingest_one(export).particles("r1").iloc[0]
    assert particle["channels"] == 3
    assert np.array_equal(
        np.frombuffer(particle["image"], np.uint8).reshape(9, 8, 3), export.collages["r1_000001.tif"][:9, :8]
    )


@pytest.mark.parametrize(
    ("src_x", "mask_columns", "edge"), [(5, [0], False), (1, [0], True), (0, [2], False), (94, [6], True)]
)
def test_edge_is_where_the_mask_reaches_the_acceptable_region(ingest_one, src_x, mask_columns, edge):
    export = FlowCam(particles=1)
    export.rows[0]["src_x"] = str(src_x)
    mask = np.zeros((40, 60), np.uint8)
    mask[4, mask_columns] = 255
    export.collages["r1_000001_bin.tif"] = mask
    assert ingest_one(export).particles("r1")["edge"].tolist() == [edge]


def test_fringe_correction():
    """By hand: 20 px lose the fringe; 6 px lose half; 1 px keeps its pixel."""
    corrected = fringe_corrected(np.array([20.0, 6.0, 1.0]), np.full(3, 4.5), np.full(3, 0.5))
    assert corrected.tolist() == [7.75, 1.5, 0.5]


CELLS = st.text(alphabet="0123456789-+.,eE|\x00 naïf/\\_", max_size=6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(list(FlowCam().columns)), CELLS), max_size=5))
def test_rows_read_are_accepted_or_rejected(tmp_path_factory, spoilt):
    export = FlowCam()
    for row, column, cell in spoilt:
        export.rows[row][column] = cell
    exports = tmp_path_factory.mktemp("exports")
    export.write(exports)
    row = SheetRow(line=2, run="r1", platform="A", sample="s", format="flowcam", path="r1", role="unlabelled")
    pieces = list(flowcam.read(row, exports).pieces)
    rejects = [reject for piece in pieces for reject in piece.rejects]
    assert sum(piece.rows_read for piece in pieces) == 4
    assert sum(len(piece.images) for piece in pieces) + len(rejects) == 4
    assert all(len(piece.images) == len(piece.particles) for piece in pieces)
    assert len({(reject.file, reject.line) for reject in rejects}) == len(rejects)
