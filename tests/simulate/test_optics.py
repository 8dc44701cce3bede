"""Two independent ways to the same image: exact scattering by a sphere, and a phase screen propagated on a grid."""

import miepython
import numpy as np
import pytest
from scipy.fft import fft2, fftfreq, ifft2

from stages.simulate import mie
from stages.simulate.optics import MEDIUM, Optics, disc_transfer
from stages.simulate.spheres import sphere_table

OPTICS = Optics(wavelength_um=0.53, aperture=0.3, condenser=0.12, pixel_um=0.5545)


@pytest.mark.parametrize("index", [1.40 / MEDIUM, 1 / MEDIUM, 1.59 / MEDIUM])
@pytest.mark.parametrize("size", [3.0, 40.0, 150.0])
def test_scattering_amplitudes_are_those_of_miepython(index, size):
    angles = np.linspace(0, 0.23, 7)
    s1, s2 = miepython.S1_S2(index, size, np.cos(angles), norm="wiscombe")
    ours = mie.amplitude(size, index, *mie.angular_functions(mie.orders_for(size), angles))
    # The other library's time factor is the opposite one, so its amplitudes are the conjugates.
    assert np.allclose(ours, np.conj(s1 + s2) / 2, rtol=1e-6)


@pytest.mark.parametrize("size", [3.0, 40.0])
def test_forward_scattering_obeys_the_optical_theorem(size):
    extinction = miepython.efficiencies_mx(1.2, size)[0]
    forward = mie.amplitude(size, 1.2, *mie.angular_functions(mie.orders_for(size), np.zeros(1)))[0]
    assert 4 / size**2 * forward.real == pytest.approx(extinction, rel=1e-6)


def weak_sphere_on_a_grid(index: float, radius: float, z: float, edge: int, step: float) -> np.ndarray:
    y = (np.arange(edge) - edge // 2) * step
    distance = np.hypot(y[:, None], y[None])
    thickness = 2 * np.sqrt(np.maximum(radius**2 - distance**2, 0))
    screen = np.exp(1j * OPTICS.vacuum_wavenumber * (index - MEDIUM) * thickness)
    k = 2 * np.pi * fftfreq(edge, step)
    transverse = np.hypot(k[:, None], k[None])
    axial = np.sqrt(np.maximum(OPTICS.wavenumber**2 - transverse**2, 0))
    pupil = transverse <= OPTICS.vacuum_wavenumber * OPTICS.aperture
    field = ifft2(fft2(screen) * pupil * np.exp(1j * (axial - OPTICS.wavenumber) * z))
    return ifft2(fft2(np.abs(field) ** 2) * OPTICS.blur(transverse, np.float64(z))).real


@pytest.mark.parametrize("z", [-30.0, -8.0, 8.0, 30.0])
def test_a_weak_sphere_looks_the_same_by_scattering_and_by_propagation(z):
    index, radius, edge, step = 1.345, 4.0, 512, 0.2
    table = sphere_table(OPTICS, index, np.array([3.9, 4.0, 4.1]), np.array([z - 1, z, z + 1]))
    y = (np.arange(edge) - edge // 2) * step
    exact = table.render(radius, z, np.hypot(y[:, None], y[None]))
    screen = weak_sphere_on_a_grid(index, radius, z, edge, step)
    middle = slice(edge // 2 - 60, edge // 2 + 60)
    assert np.corrcoef(exact[middle, middle].ravel(), screen[middle, middle].ravel())[0, 1] > 0.98


def test_a_droplet_focuses_light_behind_itself_and_a_bubble_does_not():
    """A droplet that refracts more than water is a lens; its focus has a bright centre, a bubble's is dark."""
    radii, depths, centre = np.array([2.9, 3.0, 3.1]), np.array([-21.0, -20.0, 20.0, 21.0]), np.zeros(1)
    droplet = sphere_table(OPTICS, 1.40, radii, depths)
    bubble = sphere_table(OPTICS, 1.00, radii, depths)
    assert droplet.render(3.0, 20.0, centre) > 1.5
    assert droplet.render(3.0, -20.0, centre) < 0.9
    assert bubble.render(3.0, 20.0, centre) < 0.6


def test_far_from_a_sphere_the_background_is_untouched():
    table = sphere_table(OPTICS, 1.40, np.array([2.9, 3.0, 3.1]), np.array([0.0, 1.0]))
    assert table.render(3.0, 0.5, np.array([60.0, 200.0])) == pytest.approx([1, 1])


def test_a_disc_passes_the_mean_and_stops_at_its_first_zero():
    assert disc_transfer(np.array([0.0, 3.8317])) == pytest.approx([1, 0], abs=1e-4)
