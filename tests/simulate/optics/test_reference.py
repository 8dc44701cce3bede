"""The slow reference against what is known exactly: Mie scattering as another library computes it."""

import miepython
import numpy as np
import pytest
from scipy.special import j0

from benchmarks import wave_propagation as reference
from stages.simulate.optics.microscope import MEDIUM, Optics
from stages.simulate.shapes.body import FINER, Body, across

COHERENT = Optics(wavelength_um=0.53, aperture=0.3, condenser=1e-4, pixel_um=0.5545)


def sphere(index: float, radius: float) -> Body:
    edge = FINER * int(2 * radius / COHERENT.pixel_um + 4)
    thickness = 2 * np.sqrt(np.maximum(radius**2 - np.hypot(*across(edge, COHERENT.pixel_um / FINER)) ** 2, 0))
    return Body(thickness, np.zeros_like(thickness), index)


def profile_by_miepython(index: float, radius: float, z: float, radial: np.ndarray) -> np.ndarray:
    """|1 - integral of S J0 over the pupil|^2, by the trapezoidal rule."""
    k = COHERENT.wavenumber
    angles = np.linspace(0, COHERENT.pupil_angle, 2000)
    s1, s2 = miepython.S1_S2(index / MEDIUM, k * radius, np.cos(angles), norm="wiscombe")
    wave = np.conj(s1 + s2) / 2 * np.exp(1j * k * z * (np.cos(angles) - 1)) * np.sin(angles)
    field = 1 - np.trapezoid(wave * j0(k * np.outer(radial, np.sin(angles))), angles, axis=1)
    return np.abs(field) ** 2


@pytest.mark.parametrize(("index", "radius"), [(1.40, 1.0), (1.40, 5.0), (1.59, 2.5), (1.00, 1.0), (1.00, 2.5)])
def test_a_sphere_is_miepythons(index, radius):
    planes = np.array([-30.0, -8.0, 8.0, 30.0])
    edge = 121
    images = reference.relative_intensity(COHERENT, sphere(index, radius), planes, edge, rings=1)
    pixels = (np.arange(edge) - edge // 2) * COHERENT.pixel_um
    distance = np.hypot(pixels[:, None], pixels[None])
    near = distance < radius + 10
    radial = np.arange(0, 30, 0.05)
    for z, image in zip(planes, images, strict=True):
        exact = np.interp(distance, radial, profile_by_miepython(index, radius, z, radial))
        assert np.corrcoef(image[near], exact[near])[0, 1] > 0.97  # pixels are not in miepython's


def test_an_empty_slide_is_bright_everywhere():
    nothing = Body(np.full((9, 9), 2.0), np.zeros((9, 9)), MEDIUM)
    image = reference.relative_intensity(COHERENT, nothing, np.array([0.0, 20.0]), 41)
    assert image == pytest.approx(1, abs=1e-4)


def test_an_absorbing_slab_dims_as_beer_and_lambert_say():
    slab = Body(np.full((183, 183), 10.0), np.zeros((183, 183)), MEDIUM + 0.004j)
    image = reference.relative_intensity(COHERENT, slab, np.array([0.0]), 61, rings=1)[0]
    expected = np.exp(-2 * COHERENT.vacuum_wavenumber * 0.004 * 10)
    assert image[30, 30] == pytest.approx(expected, rel=0.01)


def test_source_points_fill_the_condenser_evenly():
    optics = Optics(wavelength_um=0.53, aperture=0.3, condenser=0.12, pixel_um=0.5545)
    ky, kx, weight = np.array(reference.source_points(optics, 200.0, rings=6)).T
    limit = optics.vacuum_wavenumber * optics.condenser
    assert weight.sum() == pytest.approx(1)
    assert np.hypot(ky, kx).max() < limit + 2 * np.pi / 200
    assert (weight * (ky**2 + kx**2)).sum() == pytest.approx(limit**2 / 2, rel=0.02)
