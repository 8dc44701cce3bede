import numpy as np
import pytest

from stages.simulate.instrument.illumination import conditions, empty_frame


def test_the_corners_lack_what_vignetting_takes(platforms):
    platform = platforms["B"]
    frame = empty_frame(platform)
    assert frame.max() == pytest.approx(platform.background, abs=0.01)
    assert frame.min() == pytest.approx(platform.background * (1 - platform.vignetting), abs=0.01)
    assert frame.min() == frame[-1, 0] or frame.min() in (frame[0, 0], frame[0, -1], frame[-1, -1])


def test_runs_differ_by_what_the_platform_says(platforms):
    platform = platforms["A"]
    own = [conditions(np.random.default_rng(seed), platform) for seed in range(2000)]
    assert np.mean([each.focus_um for each in own]) == pytest.approx(platform.focus_um, abs=0.2)
    assert np.std([each.focus_um for each in own]) == pytest.approx(platform.focus_sd_um, rel=0.1)
    drift = [each.focus(1.0) - each.focus(0.0) for each in own]
    assert np.std(drift) == pytest.approx(platform.focus_drift_um, rel=0.1)
    light = [each.light(1.0) / each.light(0.0) - 1 for each in own]
    assert np.std(light) == pytest.approx(platform.brightness_drift, rel=0.1)
