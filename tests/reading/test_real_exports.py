"""The instruments' own files. They are no part of the project: without them these tests skip."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from stages.common.base.errors import InputError

PROJECT = Path(__file__).parents[2]
SHARED = PROJECT.parent / "shared" / "data"
LABELLED = SHARED / "flowcam_labelled"
SHEET = (PROJECT / "samples/real-example.csv").read_text(encoding="utf-8")
HEADER = "run,platform,sample,format,path,role,pixel_um\n"

pytestmark = pytest.mark.skipif(not LABELLED.is_dir(), reason="the real exports are not beside the project")


@pytest.fixture
def labelled(ingest):
    return ingest(SHEET, exports=str(LABELLED), labels="crops")


def pixels_of(particle) -> np.ndarray:
    shape = (particle.height, particle.width, particle.channels)
    return np.frombuffer(particle.image, np.uint8).reshape(shape)


def summary_of(run: str) -> dict[str, float]:
    text = (LABELLED / "runs" / run / f"{run}_summary.csv").read_text(encoding="latin-1")
    lines = [
        line.split(",") for line in text.splitlines() if line.startswith(("Count,", "Particles / ml", "Sample Vol"))
    ]
    return {cells[0]: float(cells[1]) for cells in lines}


def test_labelled_runs(labelled):
    """Rows, labels, the imaged volume beside the run's own summary, and crops beside the ones cut by hand."""
    assert (labelled.runs["rows_read"] == 1000).all()
    assert len(labelled.runs) == 5
    assert (labelled.runs["accepted"] == 1000).all()
    assert labelled.metrics["classes"] == {"Junk": 2295, "Missed": 287, "Protist": 418}
    assert labelled.metrics["unknown_labels"] == 0
    assert labelled.metrics["warnings"] == 0
    assert labelled.metrics["data"] == "measured"
    assert labelled.runs["started_local"].str.endswith("+02:00").all()
    local, utc = (pd.to_datetime(labelled.runs[f"started_{clock}"], utc=True) for clock in ("local", "utc"))
    assert (local == utc).all()
    assert (labelled.runs["told_count"] == 1000).all()
    assert labelled.runs["no_concentration"].isna().all()
    for run, facts in labelled.runs.iterrows():
        told = summary_of(run)
        assert facts["imaged_ml"] == pytest.approx(told["Sample Volume Imaged ml"], rel=2e-3)
        assert facts["accepted"] / facts["imaged_ml"] == pytest.approx(told["Particles / ml"], rel=2e-3)
        particles = labelled.particles(run)
        assert particles["particle_id"].is_unique
        for path in sorted(LABELLED.glob(f"crops/*/{run}_*.png"))[::60]:
            particle = particles[particles["source_id"] == path.stem.removeprefix(f"{run}_")].iloc[0]
            assert particle["class"] == path.parent.name
            assert np.array_equal(pixels_of(particle), np.asarray(Image.open(path).convert("RGB")))


def test_table_agrees_with_the_instruments_csv(labelled):
    run = "7-Pygsuia-SF-SW-NITRATE-day5-sample3-replicate3-08April2024"
    told = pd.read_csv(LABELLED / "runs" / run / f"{run}.csv", encoding="latin-1").set_index("Original Reference ID")
    read = labelled.particles(run).set_index("source_id").loc[told.index]
    same = {
        "abd_um": "Diameter (ABD)",
        "esd_um": "Diameter (ESD)",
        "length_um": "Length",
        "width_um": "Width",
        "area_um2": "Area (ABD)",
        "perimeter_um": "Perimeter",
        "circularity": "Circularity",
        "aspect_ratio": "Aspect Ratio",
        "intensity_mean": "Intensity",
        "elapsed_s": "Elapsed Time",
        "x_px": "Capture X",
        "y_px": "Capture Y",
    }
    for ours, theirs in same.items():
        assert np.allclose(read[ours], told[theirs], rtol=1e-4, atol=1e-4), ours


def test_older_list_of_57_columns_without_its_images(ingest):
    result = ingest(f"{HEADER}old,FlowCam,s,flowcam,lst57_2015,unlabelled,", exports=str(SHARED / "formats"))
    assert result.counts("old") == [7937, 7937, 0, 7937]
    assert (result.lost["column"].dropna() == "collage_file").all()
    assert result.particles("old")["source_line"].tolist() == list(range(60, 60 + 7937))
    assert result.particles("old")["image"].isna().all()
    assert result.metrics["by_run"]["old"]["warnings"]["size_mismatch"] == 0


def test_run_of_65_columns_without_context(ingest):
    result = ingest(f"{HEADER}portrait,FlowCam,s,flowcam,lst65_portrait,unlabelled,", exports=str(SHARED / "formats"))
    facts = result.runs.loc["portrait"]
    assert (facts["accepted"], facts["rejected"], facts["pixel_um"]) == (506, 0, 1.813)
    assert pd.isna(facts["imaged_ml"])
    assert result.metrics["warnings"] == 0  # masks have the area of every row
    assert set(result.particles("portrait")["channels"]) == {3}


def test_uncalibrated_run_is_refused_unless_the_sheet_tells_the_pixel_size(ingest, workspace):
    source = SHARED / "formats/lst65_portrait"
    run = workspace / "exports/run"
    run.mkdir()
    for path in source.glob("flowcam_*"):
        (run / path.name).write_bytes(path.read_bytes())
    context = (SHARED / "formats/ctx345/201-045311.ctx").read_bytes()
    (run / f"{next(source.glob('*.lst')).stem}.ctx").write_bytes(context)
    with pytest.raises(InputError, match="uncalibrated"):
        ingest(f"{HEADER}run,FlowCam,s,flowcam,run,unlabelled,")
    facts = ingest(f"{HEADER}run,FlowCam,s,flowcam,run,unlabelled,1.813").runs.loc["run"]
    assert (facts["pixel_um"], facts["software"], facts["threshold_dark"]) == (1.813, "VisualSpreadsheet 3.4.5", 25)
    assert facts["imaged_ml"] == pytest.approx(1023 * 767 * 1.813**2 * 300e-12 * 473)


def test_folders_of_labelled_crops(ingest):
    sheet = f"{HEADER}crops,FlowCam,s,crops,crops_mixed_modes/demo-images,class,0.6"
    result = ingest(sheet, exports=str(SHARED / "formats"))
    particles = result.particles("crops")
    assert len(particles) == 105
    assert particles["class"].value_counts().to_dict() == {
        "Noctilucales": 23,
        "Dinoflagellata": 20,
        "Ciliophora": 19,
        "Bacillariophyceae": 16,
        "Actinoptychus": 14,
        "Tripos": 13,
    }
    for particle in particles.iloc[::7].itertuples():
        image = Image.open(SHARED / "formats/crops_mixed_modes/demo-images" / particle.source_id).convert("RGB")
        assert np.array_equal(np.broadcast_to(pixels_of(particle), (*image.size[::-1], 3)), np.asarray(image))


def test_the_instruments_csv_gives_the_same_particles_as_its_list(ingest):
    run = "7-Pygsuia-SF-SW-NITRATE-day5-sample3-replicate3-08April2024"
    sheet = f"{HEADER}l,A,s,flowcam,{run},unlabelled,\nv,A,s,visualspreadsheet,{run},unlabelled,\n"
    result = ingest(sheet, exports=str(LABELLED / "runs"))
    listed, exported = (result.particles(name).set_index("source_id") for name in ("l", "v"))
    exported = exported.loc[listed.index]
    assert result.metrics["warnings"] == 0
    for name in (
        "image",
        "height",
        "width",
        "edge",
        "abd_um",
        "esd_um",
        "length_um",
        "width_um",
        "frame",
        "x_px",
        "y_px",
    ):
        assert listed[name].equals(exported[name]), name
    for fact in ("imaged_ml", "pixel_um", "fringe_px", "software", "rows_read"):
        assert result.runs.loc["l", fact] == result.runs.loc["v", fact]


@pytest.fixture
def spoilt(workspace, ingest):
    """Ingest a real run of 1,000 particles after something was done to a copy of it, its pixel size given for crops."""

    def run(spoil, form: str = "flowcam"):
        source = LABELLED / "runs/7-Pygsuia-3LB-SFSW-Terasakiella-sample2-replicate1-day7-11Apr2025"
        folder = workspace / "exports/run"
        folder.mkdir()
        for path in source.iterdir():
            (folder / path.name).write_bytes(path.read_bytes())
        spoil(folder)
        result = ingest(f"{HEADER}run,FlowCam,s,{form},run,unlabelled,{'' if form else 0.5544}\n")
        return result, result.metrics["by_run"]["run"]

    return run


def without_collages(folder: Path) -> None:
    for path in folder.glob("*_0000*.tif"):
        path.unlink()


def cut_a_collage_off(folder: Path) -> None:
    path = next(folder.glob("*_000002.tif"))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize(("spoil", "lost"), [(without_collages, 1000), (cut_a_collage_off, 216)])
def test_a_real_run_counts_as_before_when_its_pictures_are_lost(spoilt, spoil, lost):
    result, told = spoilt(spoil)
    assert result.counts("run") == [1000, 1000, 0, lost]
    assert told["particles_per_ml"] == pytest.approx(7054, rel=1e-4)  # as its own summary says


def test_a_real_list_that_was_cut_gives_no_concentration(spoilt):
    def cut(folder: Path) -> None:
        path = next(folder.glob("*.lst"))
        path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-300]))

    result, told = spoilt(cut)
    assert result.counts("run")[1] == 700
    assert told["particles_per_ml"] is None and told["particles_per_ml_bounds"] is None
    assert "counts 1000 particles and the table has 700 rows" in told["no_concentration"]


def test_a_real_table_without_pictures_is_counted_and_sized(spoilt):
    def table_alone(folder: Path) -> None:
        without_collages(folder)
        next(folder.glob("*.lst")).unlink()

    result, told = spoilt(table_alone, form="visualspreadsheet")
    assert result.counts("run") == [1000, 1000, 0, 1000]
    assert told["particles_per_ml"] == pytest.approx(7054, rel=1e-4)
    assert result.particles("run")["abd_um"].notna().all()


def test_real_collages_alone_are_no_particles(spoilt):
    def collages_alone(folder: Path) -> None:
        for path in folder.iterdir():
            if path.suffix != ".tif":
                path.unlink()

    with pytest.raises(InputError, match=r"may be no crops of particles .*write crops if each"):
        spoilt(collages_alone, form="")


def test_the_pump_tells_the_volume_that_the_region_tells(spoilt):
    """Pump rate x time x efficiency of a real run, its VolumeCF taken away, is its imaged volume to rounding."""

    def older(folder: Path) -> None:
        path = next(folder.glob("*.ctx"))
        path.write_bytes(path.read_bytes().replace(b"\nVolumeCF=", b"\nUnheardOf="))

    result, _ = spoilt(older)
    assert result.runs.loc["run", "volume_from"] == "pump rate, time and efficiency"
    assert result.runs.loc["run", "imaged_ml"] == pytest.approx(0.1418, rel=5e-3)
