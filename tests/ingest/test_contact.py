"""The contact sheet shows the right pixels, at the right scale, and says when they were simulated."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from stages.ingest.written import contact
from stages.ingest.written.thumbnails import Thumbnails
from stages.reading.exports.files.packed import packed
from tests.reading.exports import FlowCam

SHEET = "run,platform,sample,format,path,role,class\nr1,A,s,flowcam,r1,class,x\n"


FACTS = {"simulated": False, "pixel_um": 0.5}


def thumbnails(images: list[np.ndarray]) -> Thumbnails:
    drawn = Thumbnails("r", 64)
    drawn.add(pd.DataFrame({"pixel_um": [0.5] * len(images)}), packed(images))
    return drawn


def test_a_crop_is_shown_whole_and_its_bar_has_its_length():
    pixels = np.random.default_rng(1).integers(0, 255, (10, 20), dtype=np.uint8)
    sheet = np.asarray(contact.contact_sheet("r", thumbnails([pixels]), FACTS))
    tile = sheet[contact.TITLE :, contact.GAP :][:40, :80]  # 20 px fit 4 times into 88
    assert np.array_equal(tile, np.repeat(np.repeat(pixels, 4, axis=0), 4, axis=1))
    bar = sheet[contact.TITLE + contact.TILE + 17, : contact.GAP + contact.TILE // 2 + 2] == 0
    assert bar.sum() == 40 + 1  # 5 um are 10 px are 40 px; 10 um would be longer than half a tile


def test_large_crops_are_made_smaller():
    sheet = contact.contact_sheet("r", thumbnails([np.zeros((300, 600), np.uint8)] * 3), FACTS)
    assert sheet.size == (8 * 94 + 6, contact.TITLE + 112 + 6)


def test_a_file_stays_small(tmp_path):
    noise = np.random.default_rng(1).integers(0, 255, (70, 80, 80, 3), dtype=np.uint8)
    contact.write_contact_sheet(tmp_path / "a.png", "r", thumbnails(list(noise)), FACTS)
    contact.write_contact_sheet(tmp_path / "b.png", "r", thumbnails(list(noise)), FACTS)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert (tmp_path / "a.png").stat().st_size < 500_000  # noise is the worst case; particles keep below 150 kB


@pytest.mark.parametrize("software", ["Spreadsheet", "Simulator"])
def test_each_run_has_one_and_says_when_it_is_simulated(workspace, ingest, monkeypatch, software):
    said = []
    monkeypatch.setattr(contact, "title", lambda text, origin: said.append(origin) or text)
    run = FlowCam()
    run.context = run.context.replace("Spreadsheet", software)
    run.write(Path("exports"))
    ingest(SHEET)
    assert [path.name for path in Path("plots/ingest").iterdir()] == ["r1.png"]
    with Image.open("plots/ingest/r1.png") as picture:
        assert picture.width == 8 * 94 + 6
    assert said == ["simulated" if software == "Simulator" else "measured"]


def test_a_run_without_particles_has_one_too(workspace, ingest):
    FlowCam(particles=0).write(Path("exports"))
    ingest(SHEET)
    assert Path("plots/ingest/r1.png").is_file()


def test_each_particle_has_the_same_chance_to_be_shown():
    """Of 200 particles 64 are drawn; over 300 runs each of ten groups is drawn as often, within five deviations."""
    counts = np.zeros(200)
    images = packed([np.zeros((1, 1), np.uint8)] * 50)
    for run in range(300):
        sample = Thumbnails(f"r{run}", 64)
        for start in range(0, 200, 50):
            sample.add(pd.DataFrame({"number": np.arange(start, start + 50)}), images)
        drawn = [particle["number"] for _, particle in sample.drawn()]
        assert len(drawn) == 64 and drawn == sorted(drawn)
        counts[drawn] += 1
    share = counts.reshape(10, 20).sum(axis=1) / (300 * 20)
    assert np.abs(share - 64 / 200).max() < 5 * np.sqrt(0.32 * 0.68 / (300 * 20))
