import numpy as np
import pytest

from stages.simulate.optics import screens
from stages.simulate.optics.microscope import MEDIUM, Optics
from stages.simulate.shapes.body import FINER, Body, across, on_camera_grid

OPTICS = Optics(wavelength_um=0.53, aperture=0.3, condenser=0.10, pixel_um=0.5545)


def lens(index: complex, diameter_um: float = 10.0) -> Body:
    edge = FINER * int(diameter_um / OPTICS.pixel_um + 5)
    squared = 1 - (2 * np.hypot(*across(edge, OPTICS.pixel_um / FINER)) / diameter_um) ** 2
    thickness = 4 * np.sqrt(np.maximum(squared, 0))
    return Body(thickness, np.zeros_like(thickness), index)


def test_matter_of_the_mediums_index_is_invisible():
    assert screens.relative_intensity(OPTICS, lens(MEDIUM), 15.0, 72) == pytest.approx(1, abs=1e-4)


def test_what_does_not_absorb_takes_little_light_away():
    """A weak body only turns light; the pupil takes nearly all of it."""
    image = screens.relative_intensity(OPTICS, lens(1.345), 10.0, 96)
    assert image.mean() == pytest.approx(1, abs=0.003)
    assert np.abs(image - 1).max() > 0.05


def test_defocus_turns_bright_to_dark():
    body = lens(1.345)
    above, below = (screens.relative_intensity(OPTICS, body, z, 96)[48, 48] for z in (25.0, -25.0))
    assert above > 1.03
    assert below < 0.97


def test_the_camera_grid_holds_means_of_the_fine_one():
    body = lens(1.4)
    seen = on_camera_grid(body)
    assert seen.thickness_um.sum() * FINER**2 == pytest.approx(body.thickness_um.sum())
    middle = seen.thickness_um.shape[0] // 2
    assert seen.thickness_um[middle, middle] == seen.thickness_um.max()


@pytest.mark.parametrize("rings", [1, 2])
def test_the_source_has_the_condensers_second_moment(rings):
    """A tilt shifts a spectrum: the shifts of a single peak, with each point's disc, are the source's moment."""
    edge = 400
    peak = np.zeros((edge, edge), np.complex64)
    peak[0, 0] = 1
    tilted = screens._tilted(peak, OPTICS, rings, OPTICS.pixel_um)
    step = 2 * np.pi / (edge * OPTICS.pixel_um)
    shifts = np.array([np.unravel_index(np.abs(each).argmax(), each.shape) for each in tilted])
    shifts = np.where(shifts > edge // 2, shifts - edge, shifts) * step / (OPTICS.vacuum_wavenumber * OPTICS.condenser)
    assert len(tilted) == 1 + 3 * rings * (rings + 1)
    assert (shifts**2).sum(axis=1).mean() + screens._disc_radius(rings) ** 2 / 2 == pytest.approx(0.5, rel=0.03)
