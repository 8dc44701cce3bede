import numpy as np
import pytest

from stages.simulate.optics import large_bubbles
from stages.simulate.optics.microscope import Optics
from stages.simulate.optics.spheres import sphere_table

OPTICS = Optics(wavelength_um=0.53, aperture=0.3, condenser=0.10, pixel_um=0.5545)


@pytest.fixture(scope="module")
def table():
    return sphere_table(OPTICS, 1.0, np.array([19.0, 20.0]), np.array([-1.0, 0.0, 1.0]))


def test_the_film_of_a_flat_bubble_lacks_what_two_surfaces_reflect(table):
    image = large_bubbles.relative_intensity(OPTICS, table, 200.0, 80.0, 0.0, np.array([0.0, 100.0]))
    reflected = ((1.335 - 1) / (1.335 + 1)) ** 2
    assert image == pytest.approx((1 - reflected) ** 2, rel=1e-3)


def test_rays_turned_beyond_the_pupil_are_dark():
    """2 (t - i) = arcsin(NA / n) at h = 0.31 of the radius, within the condenser's cone."""
    passed = large_bubbles.passed(OPTICS, np.array([0.0, 0.15, 0.31, 0.5, 0.8]))
    assert passed[1] == pytest.approx(passed[0], rel=0.01)
    assert passed[2] == pytest.approx(passed[0] / 2, rel=0.25)
    assert passed[3:] == pytest.approx(0, abs=1e-6)


def test_the_rim_is_dark_and_the_liquid_around_it_bright(table):
    at = 200.0 + np.array([-20.0, -5.0, 3.0, 15.0])
    image = large_bubbles.relative_intensity(OPTICS, table, 200.0, 80.0, 0.0, at)
    assert (image[:2] < 0.1).all()
    assert image[2:] == pytest.approx(1, abs=0.1)


def test_overlap_of_discs_by_counting_points():
    points = np.random.default_rng(0).uniform(-1, 1, (200_000, 2))
    points = 0.1 * points[np.hypot(*points.T) <= 1]
    for distance in (0.1, 0.25, 0.31, 0.39):
        counted = (np.hypot(points[:, 0] - distance, points[:, 1]) <= 0.3).mean()
        assert large_bubbles._overlap(0.1, 0.3, np.array(distance)) == pytest.approx(counted, abs=0.005)
