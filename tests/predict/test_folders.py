"""A run folder is answered as its images say, nothing is lost of its rows, and a finished run is answered once."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from stages.common.base.errors import InputError
from stages.predict.__main__ import main
from stages.predict.folders.names import plain_name
from stages.predict.folders.watch import finished, state_of
from stages.predict.folders.watching import answered
from stages.predict.model.model import read_model
from tests.predict.conftest import BACKGROUND, CLASSES, LEVELS, disc
from tests.reading.exports import FlowCam

REAL = Path(__file__).parents[3] / "shared/data/flowcam_labelled/runs"
EACH = 20


def write_run(folder: Path, lost: int = 0) -> None:
    """A FlowCam run of EACH discs of each class in one collage; the pictures of the last `lost` lie beyond it."""
    random, edge = np.random.default_rng(4), 40
    export = FlowCam("r1", particles=len(CLASSES) * EACH)
    collage = np.full((edge * len(CLASSES), edge * EACH), BACKGROUND, np.uint8)
    for i, row in enumerate(export.rows):
        number, place = divmod(i, EACH)
        collage[number * edge : (number + 1) * edge, place * edge : (place + 1) * edge] = disc(
            LEVELS[number], 14, random, edge
        )
        beyond = 10_000 if i >= len(export.rows) - lost else 0
        row |= {"image_x": f"{place * edge + beyond}", "image_y": f"{number * edge}", "image_w": "40", "image_h": "40"}
    export.collages = {"r1_000001.tif": np.repeat(collage[..., None], 3, axis=2)}
    export.write(folder)


def answer(packed: Path, *words: str) -> None:
    main([*words, "--model", str(packed / "models/classifier")])


def test_a_run_folder_is_answered_as_its_images_say(packed, tmp_path):
    write_run(tmp_path)
    answer(packed, str(tmp_path / "r1"), "--out", str(tmp_path / "out"))
    particles = pd.read_parquet(tmp_path / "out/r1/particles.parquet")
    assert particles["class"].tolist() == [name for name in CLASSES for _ in range(EACH)]
    csv = pd.read_csv(tmp_path / "out/r1/particles.csv")
    assert csv["class"].tolist() == particles["class"].tolist() and len(csv) == len(particles)
    counts = pd.read_csv(tmp_path / "out/r1/counts.csv")
    whole = counts[counts["at_least_um"] == 0]
    assert whole["called"].tolist() == [EACH] * 3
    assert ((whole["count_low"] < EACH) & (whole["count_high"] > EACH)).all()
    imaged_ml = 10 * (100 * 0.5) * (50 * 0.5) * 80 * 1e-12 * 0.5  # frames of 100 x 50 px, 80 um deep, and VolumeCF
    np.testing.assert_allclose(whole["per_ml"], whole["count"] / imaged_ml * 2, rtol=1e-4)  # diluted to a half
    page = (tmp_path / "out/r1/index.html").read_text(encoding="utf-8")
    assert 'src="data:image/png' in page and "http" not in page.replace("http-equiv", "")


def test_particles_without_a_picture_widen_the_upper_ends_alone(packed, tmp_path):
    write_run(tmp_path, lost=3)
    answer(packed, str(tmp_path / "r1"), "--out", str(tmp_path / "out"))
    particles = pd.read_parquet(tmp_path / "out/r1/particles.parquet")
    assert len(particles) == 3 * EACH and particles["class"].isna().sum() == 3
    page = (tmp_path / "out/r1/index.html").read_text(encoding="utf-8")
    assert "3 particles have no image" in page


def test_an_answer_is_the_same_again(packed, tmp_path):
    write_run(tmp_path)
    for out in ("first", "second"):
        answer(packed, str(tmp_path / "r1"), "--out", str(tmp_path / out))
    for name in ("particles.parquet", "particles.csv", "counts.csv", "index.html"):
        assert (tmp_path / "first/r1" / name).read_bytes() == (tmp_path / "second/r1" / name).read_bytes()


def test_what_is_missing_is_asked_for_as_an_option(packed, tmp_path):
    (tmp_path / "crops").mkdir()
    Image.fromarray(disc(70, 10, np.random.default_rng(1), 30)).save(tmp_path / "crops/a.png")
    with pytest.raises(InputError, match="--pixel-um: empty"):
        answer(packed, str(tmp_path / "crops"), "--out", str(tmp_path / "out"))
    answer(packed, str(tmp_path / "crops"), "--out", str(tmp_path / "out"), "--pixel-um", "0.5")
    assert pd.read_csv(tmp_path / "out/crops/particles.csv")["class"].tolist() == ["silicone_oil"]


def test_a_run_is_finished_when_it_has_been_still_and_told_once(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run/a").write_text("1")
    looks = finished(tmp_path, quiet_s=0.2, every_s=0.15)
    assert next(looks) == []
    (tmp_path / "run/a").write_text("12")  # it grows on
    assert next(looks) == []
    found = [ready for _ in range(4) for ready in next(looks)]
    assert found == [(tmp_path / "run", state_of(tmp_path / "run"))]


def test_a_run_that_has_its_answer_is_known_after_a_restart(packed, tmp_path):
    write_run(tmp_path)
    run, out = tmp_path / "r1", tmp_path / "out"
    model = read_model(packed / "models/classifier")
    assert not answered(run, state_of(run), out, model)
    answer(packed, str(run), "--out", str(out))
    assert answered(run, state_of(run), out, model)
    (run / "more").write_text("1")
    assert not answered(run, state_of(run), out, model)


@pytest.mark.skipif(not REAL.is_dir(), reason="the real exports are not beside the project")
def test_a_real_run_folder_is_answered_row_by_row(packed, tmp_path):
    run = min(REAL.iterdir(), key=lambda folder: sum(file.stat().st_size for file in folder.iterdir()))
    answer(packed, str(run), "--out", str(tmp_path))
    particles = pd.read_parquet(tmp_path / plain_name(run) / "particles.parquet")
    rows = [line for line in next(run.glob("*.lst")).read_text(encoding="latin-1").splitlines() if line.count("|") > 5]
    assert len(particles) == len(rows)
