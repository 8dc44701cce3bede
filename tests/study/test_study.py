"""A draft of a study from a folder of exports."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from stages.common.base.errors import InputError
from stages.common.params.assemble import Assemble
from stages.common.params.whole import read_all
from stages.common.scale import write_scale
from stages.ingest.sheet.sheet import read_sheet
from stages.reading.exports.readers import READERS
from stages.study.draft import write_study
from tests.reading.exports import FlowCam, Mfi

PROJECT = Path(__file__).parents[2]
CLASSES = ["protein", "silicone_oil", "air_bubble"]


@pytest.fixture
def workspace(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exports").mkdir()
    return tmp_path


@pytest.fixture(scope="module")
def sets() -> Assemble:
    """The training sets of the default."""
    return read_all(PROJECT / "params.yaml").assemble


def crops(folder: str, count: int) -> None:
    Path(folder).mkdir(parents=True)
    for i in range(count):
        Image.fromarray(np.zeros((5 + i, 6), np.uint8)).save(f"{folder}/{i}.png")


@pytest.fixture
def drafted(workspace, sets) -> dict[str, dict[str, str]]:
    """A study of many kinds of folders, and the rows of its drafted sheet by path."""
    exports = workspace / "exports"
    for place in ("silicone", "MyOwnKind", ".", "placebo"):
        FlowCam(f"run-{place.strip('.') or 'alone'}").write(exports / place)
    Mfi("10 um").write(exports / "beads")
    second = exports / "silicone/run-silicone"
    (second / "edited.lst").write_text(FlowCam().list_text())
    crops("exports/sorted/air bubble", 3)
    crops("exports/sorted/other", 2)
    write_study(exports, CLASSES, sets)
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
    assert scale["classes"] == {"majority": "silicone_oil", "minority": ["MyOwnKind", "air-bubble", "other"]}
    assert scale["ingest"] == {"exports": str(workspace / "exports"), "sheet": "samples/study.csv"}
    assert scale["diffusion"] == {"platform": "FlowCam"}
    assert scale["assemble"]["platform"] == "FlowCam" and "real-1-b" not in scale["assemble"]["real"]
    assert scale["compare"] == {"networks": {"FlowCam": "real-1-light"}}
    assert "# FlowCam, silicone_oil: 8 particles in 2 runs, under 3 runs: divided by image" in text


@pytest.mark.parametrize("second", [None, "MFI"])
def test_the_drafted_scale_is_valid(workspace, second, sets):
    """That of one platform, and of two that both hold every class."""
    for place in ("silicone", "My own kind"):
        FlowCam(f"run-{place}").write(workspace / "exports" / place)
        if second:
            Mfi(f"mfi-{place}").write(workspace / "exports" / place)
    write_study(workspace / "exports", CLASSES, sets)
    shutil.copy(PROJECT / "params.yaml", "params.yaml")
    write_scale(Path("params/study.yaml"))
    params = read_all()
    assert params.classes.names == ["My-own-kind", "silicone_oil"]
    platforms = {params.assemble.platform_of(dataset) for dataset in params.assemble.datasets.values()}
    assert platforms == set(params.compare.networks) == {"FlowCam", second} - {None}


def test_a_run_in_a_zip_is_found(workspace, sets):
    exports = workspace / "exports"
    FlowCam().write(exports / "packed/silicone")
    shutil.make_archive("exports/silicone/run-3", "zip", exports / "packed/silicone", "r1")
    shutil.rmtree(exports / "packed")
    Path("exports/silicone/notes.zip").write_bytes(b"PK")
    write_study(exports, CLASSES, sets)
    with Path("samples/study.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["run"], row["path"], row["format"]) == ("silicone-run-3", "silicone/run-3.zip", "flowcam")
    assert row["class"] == "silicone_oil"


def test_nothing_is_overwritten(drafted, workspace, sets):
    with pytest.raises(InputError, match=r"samples/study\.csv is there already, and is never overwritten"):
        write_study(workspace / "exports", CLASSES, sets)


def test_a_folder_without_runs_is_told(workspace, sets):
    with pytest.raises(InputError, match="no run is recognised in it or below"):
        write_study(workspace / "exports", CLASSES, sets)
