"""A draft of a study from a folder of exports."""

import csv
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from stages.common.base.errors import InputError
from stages.ingest.sheet.sheet import read_sheet
from stages.ingest.study import write_study
from stages.reading.exports.readers import READERS
from tests.reading.exports import FlowCam, Mfi

CLASSES = ["protein", "silicone_oil", "air_bubble"]


def crops(folder: str, count: int) -> None:
    Path(folder).mkdir(parents=True)
    for i in range(count):
        Image.fromarray(np.zeros((5 + i, 6), np.uint8)).save(f"{folder}/{i}.png")


@pytest.fixture
def drafted(workspace) -> dict[str, dict[str, str]]:
    """A study of many kinds of folders, and the rows of its drafted sheet by path."""
    exports = workspace / "exports"
    for place in ("silicone", "MyOwnKind", ".", "placebo"):
        FlowCam(f"run-{place.strip('.') or 'alone'}").write(exports / place)
    Mfi("10 um").write(exports / "beads")
    second = exports / "silicone/run-silicone"
    (second / "edited.lst").write_text(FlowCam().list_text())
    crops("exports/sorted/air bubble", 3)
    crops("exports/sorted/other", 2)
    write_study(exports, CLASSES)
    with Path("samples/study.csv").open(newline="") as file:
        return {row["path"]: row for row in csv.DictReader(file)}


def test_every_run_is_found_and_what_is_guessed_is_marked(drafted):
    told = {path: (row["format"], row["role"], row["class"]) for path, row in drafted.items()}
    assert told == {
        "silicone/run-silicone/edited.lst": ("flowcam", "class", "silicone_oil"),
        "silicone/run-silicone/run-silicone.lst": ("flowcam", "class", "silicone_oil"),
        "MyOwnKind/run-MyOwnKind": ("flowcam", "class", "MyOwnKind"),
        "run-alone": ("flowcam", "unlabelled", ""),
        "placebo/run-placebo": ("flowcam", "blank", ""),
        "beads/10 um": ("mfi", "beads", ""),
        "sorted": ("crops", "class", ""),
    }
    assert drafted["beads/10 um"]["nominal_diameter_um"] == "10"
    assert drafted["placebo/run-placebo"]["note"] == "guessed from the folder's name: role"
    assert drafted["run-alone"]["note"] == ""


def test_the_draft_lacks_nothing_but_the_pixel_size_of_crops(drafted):
    assert drafted["sorted"]["note"] == "give pixel_um"
    with pytest.raises(InputError) as error:
        read_sheet(Path("samples/study.csv"), list(READERS), labelled=False)
    assert str(error.value).count("\n") == 1 and "column pixel_um: empty" in str(error.value)


def test_parameters_name_the_classes_the_most_frequent_first(drafted, workspace):
    text = Path("params/study.yaml").read_text()
    scale = yaml.safe_load(text)
    assert scale["classes"] == {"majority": "silicone_oil", "minority": ["MyOwnKind", "air bubble", "other"]}
    assert scale["ingest"] == {"exports": str(workspace / "exports"), "sheet": "samples/study.csv"}
    assert scale["diffusion"] == scale["assemble"] == {"platform": "FlowCam"}
    assert "# FlowCam, silicone_oil: 8 particles in 2 runs, under 3 runs: divided by image" in text


def test_nothing_is_overwritten(drafted, workspace):
    with pytest.raises(InputError, match=r"samples/study\.csv is there already, and is never overwritten"):
        write_study(workspace / "exports", CLASSES)


def test_a_folder_without_runs_is_told(workspace):
    with pytest.raises(InputError, match="no run is recognised in it or below"):
        write_study(workspace / "exports", CLASSES)
