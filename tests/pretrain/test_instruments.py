"""Instruments drawn by lot, and the pipeline on them."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from stages.common.arrays import read_images
from stages.common.params.whole import read_all
from stages.pretrain.__main__ import SETTINGS, Parameters, read_parameters, whole, write_parameters
from stages.pretrain.instruments import instruments, platform, simulated

ROOT = Path(__file__).parents[2]
BENCHMARKS = ("benchmarks/development.yaml", "params/paper.yaml", "params/tiny.yaml")


@pytest.fixture(scope="module")
def settings():
    return read_parameters(Parameters, ROOT / SETTINGS).pretrain


def test_each_property_has_one_instrument_in_each_part_of_its_range(settings):
    own = instruments(settings)
    for name, (low, high) in settings.drawn.model_dump().items():
        shares = sorted((one[name] - low) / (high - low) * settings.instruments for one in own.values())
        assert [int(share) for share in shares] == list(range(settings.instruments))


def test_more_measured_instruments_leave_the_others_as_they_are(settings):
    few = simulated(settings.model_copy(update={"measured": 2}))
    more = simulated(settings.model_copy(update={"measured": 5}))
    for block in few:
        assert {name: more[block][name] for name in few[block]} == few[block]
    assert len(more["platforms"]) == 5


def test_a_frame_shows_as_many_particles_as_are_asked_for(settings):
    content = simulated(settings)
    suspension = settings.suspensions["bubbles"]
    for name, one in content["platforms"].items():
        height_um, width_um = (pixels * one["pixel_um"] for pixels in one["frame_px"])
        ml = height_um * 1e-4 * width_um * 1e-4 * one["depth_um"] * 1e-4  # 1 cm = 1e4 um, 1 mL = 1 cm3
        per_ml = content["samples"][f"bubbles_{name}"]["per_ml"]
        assert per_ml["air_bubble"] * ml == pytest.approx(suspension.a_frame["air_bubble"])


def test_what_an_instrument_has_in_parts_of_something_else(settings):
    own = next(iter(instruments(settings).values()))
    one = platform(own, settings.same)
    assert one["condenser"] / one["aperture"] == pytest.approx(own["condenser_share"])
    assert one["threshold_dark"] / one["noise"] == pytest.approx(own["dark_over_noise"])
    assert one["fringe_px"] * one["pixel_um"] == pytest.approx(own["fringe_um"])


def test_no_seed_instrument_or_run_is_one_that_anything_is_reported_on(settings):
    content = whole(settings, read_all(ROOT / "params.yaml"))
    default = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    scales = [yaml.safe_load((ROOT / name).read_text(encoding="utf-8")) for name in BENCHMARKS]
    assert content["seed"] not in {default["seed"], *(scale.get("seed") for scale in scales)}
    optics = ("pixel_um", "wavelength_um", "aperture", "condenser", "focus_um", "noise")
    reported = [tuple(one[name] for name in optics) for one in default["simulate"]["platforms"].values()]
    drawn = [tuple(one[name] for name in optics) for one in content["simulate"]["platforms"].values()]
    assert not any(np.isclose(a, b).any() for a in reported for b in drawn)
    assert not set(content["simulate"]["samples"]) & set(default["simulate"]["samples"])


def test_the_pipeline_runs_on_them(settings, tmp_path):
    """One instrument and one suspension, small: exports are written, read, brought to one size and divided."""
    clumps = settings.suspensions["clumps"].model_copy(update={"frames": 3})
    small = settings.model_copy(update={"measured": 1, "suspensions": {"clumps": clumps}})
    write_parameters(tmp_path / "params.yaml", whole(small, read_all(ROOT / "params.yaml")))
    for program in ("stages.simulate", "stages.pretrain.sheet", "stages.ingest", "stages.normalize", "stages.split"):
        words = ["."] if program == "stages.pretrain.sheet" else []
        done = subprocess.run(
            [sys.executable, "-m", program, *words],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
    particles = pd.read_parquet(tmp_path / "data/splits.parquet")
    assert set(particles["platform"]) == {"instruments"}
    assert set(particles["class"]) == {"clumps"}
    assert set(particles["split"]) == {"train"}
    assert particles["simulated"].all()
    images = read_images(tmp_path / f"data/normalized/{particles['run'].iloc[0]}.npy")
    assert images.shape == (len(particles), 64, 64)
    assert abs(np.median(images[:, 0]) - 175) < 3
