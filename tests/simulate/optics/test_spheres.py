import numpy as np
import pytest
from scipy import ndimage

from stages.simulate.optics.microscope import Optics
from stages.simulate.optics.spheres import _pixel_means, sphere_table

OPTICS = Optics(wavelength_um=0.53, aperture=0.3, condenser=0.10, pixel_um=0.5545)


def test_a_droplet_focuses_light_behind_itself_and_a_bubble_does_not():
    """A droplet that refracts more than water is a lens; its focus has a bright centre, a bubble's is dark."""
    radii, depths, centre = np.array([2.9, 3.0, 3.1]), np.array([-21.0, -20.0, 20.0, 21.0]), np.zeros(1)
    droplet = sphere_table(OPTICS, 1.40, radii, depths)
    bubble = sphere_table(OPTICS, 1.00, radii, depths)
    assert droplet.render(3.0, 20.0, centre) > 1.5
    assert droplet.render(3.0, -20.0, centre) < 0.9
    assert bubble.render(3.0, 20.0, centre) < 0.6


def test_far_from_a_sphere_the_background_is_untouched():
    """The largest radius of a table too: a deep shadow must not shift the level around it."""
    for radius in (3.0, 20.0):
        table = sphere_table(OPTICS, 1.00, radius * np.array([0.98, 1, 1.02]), np.array([0.0, 1.0]))
        around = table.render(radius, 0.5, radius + np.linspace(5, 100, 50))
        assert around == pytest.approx(1, abs=0.02)


def test_light_is_neither_made_nor_lost_where_the_objective_takes_nearly_all():
    """A weak droplet turns hardly any light out of a wide pupil: what its centre gains, its surroundings lose."""
    wide = Optics(wavelength_um=0.53, aperture=0.9, condenser=0.05, pixel_um=0.3)
    table = sphere_table(wide, 1.345, np.array([3.9, 4.0, 4.1]), np.array([9.0, 10.0, 11.0]))
    distance = np.arange(0, 26, 0.05)
    profile = table.render(4.0, 10.0, distance)
    gain = ((profile - 1) * distance).sum()
    assert abs(gain) < 0.03 * (np.abs(profile - 1) * distance).sum()


def test_a_pixel_is_the_mean_over_its_disc():
    """Against a picture blurred on a fine grid."""
    radial = np.arange(0, 12, 0.15)
    profile = 1 + np.cos(2 * radial) * np.exp(-radial / 3)
    step = 0.02
    y = np.arange(-6, 6, step)
    picture = np.interp(np.hypot(y[:, None], y[None]), radial, profile)
    disc = np.hypot(*np.mgrid[-20:21, -20:21]) * step <= OPTICS.pixel_um / np.sqrt(np.pi)
    blurred = ndimage.convolve(picture[200:400], disc / disc.sum())[100]
    ours = np.interp(np.abs(y), radial, _pixel_means(OPTICS, radial) @ profile)
    inside = np.abs(y) < 5
    assert ours[inside] == pytest.approx(blurred[inside], abs=0.02)


def test_between_two_nodes_an_image_is_that_of_a_table_made_there():
    radii, planes = np.array([4.0, 4.12]), np.array([14.0, 15.0])
    between = sphere_table(OPTICS, 1.40, radii, planes)
    there = sphere_table(OPTICS, 1.40, np.array([4.06, 4.07]), np.array([14.5, 15.5]))
    distance = np.linspace(0, 15, 100)
    difference = between.render(4.06, 14.5, distance) - there.render(4.06, 14.5, distance)
    assert 175 * np.abs(difference).mean() < 1
