"""Runs as files: what an instrument's own reader would rely on, and the truth beside it."""

import configparser
import hashlib

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from stages.simulate.__main__ import simulate_run
from stages.simulate.instrument.measured import Run


def read_list(folder, run) -> pd.DataFrame:
    lines = (folder / f"{run}.lst").read_text().splitlines()
    count = int(lines[1].split("|")[1])
    names = [line.split("|")[0] for line in lines[2 : 2 + count]]
    table = pd.DataFrame([line.split("|") for line in lines[2 + count :]], columns=names)
    text = ("timestamp", "collage_file", "image_id")
    return table.astype({name: float for name in table if name not in text})


def digests(folder) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def flowcam(tmp_path_factory, platforms, samples, bead_scene):
    run = Run("A-beads", "A", platforms["A"], "beads_10um", samples["beads_10um"], 60)
    folder = tmp_path_factory.mktemp("runs") / run.name
    return run, folder, simulate_run(run, bead_scene["A"], folder, seed=5)


def test_a_list_has_the_columns_of_a_monochrome_instrument(flowcam):
    run, folder, _ = flowcam
    rows = read_list(folder, run.name)
    assert len(rows.columns) == 53
    assert len(rows) > 30
    assert rows["image_id"].is_unique


def test_every_crop_lies_in_its_collage_and_its_mask_counts_raw_area(flowcam):
    run, folder, _ = flowcam
    for row in read_list(folder, run.name).itertuples():
        mask = np.asarray(Image.open(folder / row.collage_file.replace(".tif", "_bin.tif")))
        x, y, w, h = (int(v) for v in (row.image_x, row.image_y, row.image_w, row.image_h))
        assert y + h <= mask.shape[0]
        assert x + w <= mask.shape[1]
        assert (mask[y : y + h, x : x + w] > 0).sum() == row.raw_area


def test_the_imaged_volume_follows_from_the_context(flowcam, platforms):
    run, folder, _ = flowcam
    context = configparser.ConfigParser()
    context.read(folder / f"{run.name}.ctx")
    region, fluid, stats = context["CaptureRegion"], context["Fluid"], context["CaptureStats"]
    width = region.getfloat("AcceptableRight") - region.getfloat("AcceptableLeft") + 1
    height = region.getfloat("AcceptableBottom") - region.getfloat("AcceptableTop") + 1
    ml = width * height * fluid.getfloat("CalibrationConstant") ** 2 * fluid.getfloat("FlowCellDepth") * 1e-12
    ml *= stats.getfloat("RawImageTotal") * stats.getfloat("VolumeCF")
    summary = (folder / f"{run.name}_summary.csv").read_text()
    told = float(summary.split("Sample Volume Imaged ml,")[1].split()[0])
    assert told == pytest.approx(ml, rel=1e-3)  # the summary rounds
    assert ml == pytest.approx(960 * 1280 * platforms["A"].pixel_um ** 2 * 80e-12 * 60, rel=1e-4)


def test_ten_micrometre_beads_measure_ten_micrometres(flowcam):
    run, folder, truth = flowcam
    rows = read_list(folder, run.name)
    assert rows["abd_diameter"].median() == pytest.approx(10, rel=0.1)
    assert truth["diameter_um"].median() == pytest.approx(10, rel=0.01)


def test_the_truth_names_exported_rows_and_counts_what_was_there(flowcam):
    run, folder, truth = flowcam
    exported = set(read_list(folder, run.name)["image_id"])
    named = truth["source_id"].dropna()
    assert set(named) <= exported
    assert len(set(named)) >= 0.95 * len(exported)
    # Whole beads inside the frame are lost only where two overlap.
    height, width = run.platform.frame_px
    inside = truth["y_px"].between(40, height - 40) & truth["x_px"].between(40, width - 40)
    assert truth.loc[inside, "source_id"].notna().mean() > 0.97


def test_the_same_seed_gives_the_same_bytes(flowcam, tmp_path, bead_scene):
    run, folder, truth = flowcam
    again = simulate_run(run, bead_scene["A"], tmp_path / run.name, seed=5)
    assert digests(tmp_path / run.name) == digests(folder)
    pd.testing.assert_frame_equal(again, truth)
    simulate_run(run, bead_scene["A"], tmp_path / "other", seed=6)
    assert digests(tmp_path / "other")[f"{run.name}.lst"] != digests(folder)[f"{run.name}.lst"]


def test_an_mfi_run_keeps_and_marks_what_the_frame_cuts(tmp_path, platforms, samples, bead_scene):
    run = Run("B-beads", "B", platforms["B"], "beads_25um", samples["beads_25um"], 60)
    simulate_run(run, bead_scene["B"], tmp_path / run.name, seed=5)
    lines = (tmp_path / run.name / f"{run.name}.csv").read_text().splitlines()
    header = next(i for i, line in enumerate(lines) if "ECD(um)" in line)
    rows = pd.read_csv(tmp_path / run.name / f"{run.name}.csv", skiprows=header)
    height, width = run.platform.frame_px
    touches = (rows["X Left"] == 0) | (rows["Y Top"] == 0) | (rows["X Right"] == width) | (rows["Y Bottom"] == height)
    marked = rows["Edge Particle"] == "Yes"
    assert marked.any()
    assert touches[marked].all()
    assert ((rows["ECD(um)"] / 0.25) % 1 == 0).all()
    assert {f"B-beads_Image_{frame:05d}.jpg" for frame in rows["Frame #"]} == {
        path.name for path in (tmp_path / run.name).glob("*.jpg")
    }
