"""A count is of rows, never of pictures; what can't be counted makes a concentration unknown or an interval."""

from pathlib import Path

import pytest

from stages.common.base.errors import InputError
from tests.reading.exports import FlowCam

HEADER = "run,platform,sample,format,path,role,class,volume_ml,edited\n"
IMAGED_ML, DILUTION = 5e-7, 2
WHOLE = 4 / IMAGED_ML * DILUTION  # 1/mL


@pytest.fixture
def ingest_one(ingest):
    def run(export: FlowCam, edited: str = "", **settings):
        export.write(Path("exports"))
        return ingest(f"{HEADER}r1,A,s,flowcam,r1,class,x,,{edited}\n", **settings)

    return run


def told(result) -> dict:
    return result.metrics["by_run"]["r1"]


def test_a_run_whose_collages_are_lost_counts_as_before(ingest_one):
    export = FlowCam()
    export.collages = {}
    result = ingest_one(export)
    assert result.counts("r1") == [4, 4, 0, 4]
    assert told(result)["particles_per_ml"] == pytest.approx(WHOLE)
    assert told(result)["without_image"] == 4


def test_a_refused_row_makes_an_interval(ingest_one):
    export = FlowCam()
    export.rows[1]["abd_diameter"] = "1,234"
    result = ingest_one(export)
    assert told(result)["particles_per_ml"] is None
    assert told(result)["particles_per_ml_bounds"] == pytest.approx([WHOLE * 3 / 4, WHOLE])


def test_too_many_refused_rows_make_a_bad_run(ingest_one):
    export = FlowCam()
    export.rows[1]["abd_diameter"] = "many"
    with pytest.raises(InputError, match=r"1 of 4 rows are refused, .*0\.24.*column abd_diameter: 'many' is"):
        ingest_one(export, refused_share_max=0.24)


def test_a_skipped_run_is_named(ingest, capsys):
    FlowCam().write(Path("exports"))
    bad = FlowCam("r2")
    bad.rows[0]["image_x"] = "?"
    bad.write(Path("exports"))
    sheet = f"{HEADER}r1,A,s,flowcam,r1,class,x,,\nr2,A,s,flowcam,r2,class,x,,\n"
    result = ingest(sheet, on_bad_run="skip", refused_share_max=0.01)
    assert result.metrics["skipped"] == ["r2"]
    assert "r2: skipped: 1 of 4 rows are refused" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("r1_summary.csv", "List File,r1.lst\nCount,5\n"),
        ("r1_run_summary.txt", "Run:\n\tParticle Count: 10,381\n"),
    ],
)
def test_an_edited_list_gives_no_concentration_unless_the_sheet_says_so(ingest_one, ingest, name, text):
    export = FlowCam()
    export.files[name] = text
    result = ingest_one(export)
    assert told(result)["particles_per_ml"] is None
    assert "edited: true in the sample sheet" in told(result)["no_concentration"]
    assert result.runs.loc["r1", "told_count"] in (5, 10381)
    result = ingest(f"{HEADER}r1,A,s,flowcam,r1,class,x,,true\n")
    assert told(result)["particles_per_ml"] == pytest.approx(WHOLE)


def test_a_part_that_was_saved_under_another_name_gives_none(workspace, ingest):
    """Its context is the whole run's, and so would its volume be."""
    export = FlowCam()
    export.write(Path("exports"))
    del export.rows[1:]
    Path("exports/r1/oil only.lst").write_text(export.list_text())
    result = ingest(f"{HEADER}r1,A,s,flowcam,r1/oil only.lst,class,x,,\n")
    assert result.counts("r1") == [1, 1, 0, 0]
    assert "named otherwise than r1.ctx" in told(result)["no_concentration"]


def test_an_older_context_tells_its_volume_by_the_pump(ingest_one):
    """0.15 mL/min for 52.341 s, 22.1528 % of it imaged: a FlowCam run whose own summary says 0.0290 mL."""
    export = FlowCam()
    export.context = export.context.replace("VolumeCF=0.5\n", "RunTimeMilliSeconds=52341\nEfficiency=22.1528\n")
    export.context += "PumpFlowRate=0.150\n"
    facts = ingest_one(export).runs.loc["r1"]
    assert facts["imaged_ml"] == pytest.approx(0.0290, abs=5e-5)
    assert facts["volume_from"] == "pump rate, time and efficiency"
