"""How bright the empty frame is and where the focus lies: over the frame, from run to run, and along a run."""

from dataclasses import dataclass

import numpy as np

from stages.common.params.simulate import Platform

CENTRE = (0.55, 0.45)  # of the light over the frame's height and width: lamps are never quite centred


@dataclass(frozen=True)
class Conditions:
    """A run's own focus and brightness: where they start, and how far they drift until it ends."""

    focus_um: float
    focus_drift_um: float
    brightness: float
    brightness_drift: float

    def focus(self, share: np.ndarray) -> np.ndarray:
        """The plane in focus over the cell's middle, um, after each `share` of the run."""
        return self.focus_um + self.focus_drift_um * share

    def light(self, share: float) -> float:
        return self.brightness * (1 + self.brightness_drift * share)


def conditions(random: np.random.Generator, platform: Platform) -> Conditions:
    """Draw a run's conditions."""
    focus, focus_drift, brightness, brightness_drift = np.clip(random.standard_normal(4), -3, 3)
    return Conditions(
        platform.focus_um + platform.focus_sd_um * focus,
        platform.focus_drift_um * focus_drift,
        1 + platform.brightness_sd * brightness,
        platform.brightness_drift * brightness_drift,
    )


def empty_frame(platform: Platform) -> np.ndarray:
    """Grey levels of a frame without particles, float32, for a run of brightness 1: `background` where the light is
    brightest, less the share `vignetting` of it in the farthest corner."""
    height, width = platform.frame_px
    y, x = np.ogrid[:height, :width]
    squared = (y - CENTRE[0] * height) ** 2 + (x - CENTRE[1] * width) ** 2
    return (platform.background * (1 - platform.vignetting * squared / squared.max())).astype(np.float32)
