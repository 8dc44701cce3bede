"""What light does between a particle and the camera, as far as it is common to every particle.

Conventions: time factor exp(-i w t), light travels along +z, lengths in um. A particle's `z_um` is the distance from
its centre to the plane in focus, positive when that plane lies downstream of the particle (a droplet that refracts
more than the medium then has a bright centre).
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import j1

MEDIUM = 1.335  # refractive index of a protein formulation


@dataclass(frozen=True)
class Optics:
    """A bright-field microscope: vacuum wavelength, numerical apertures of objective and condenser, pixel in um."""

    wavelength_um: float
    aperture: float
    condenser: float
    pixel_um: float

    @property
    def vacuum_wavenumber(self) -> float:
        """rad/um."""
        return 2 * np.pi / self.wavelength_um

    @property
    def wavenumber(self) -> float:
        """rad/um, in the medium."""
        return MEDIUM * self.vacuum_wavenumber

    @property
    def pupil_angle(self) -> float:
        """rad, in the medium: the steepest ray that the objective takes."""
        return float(np.arcsin(self.aperture / MEDIUM))

    def propagator(self, transverse: np.ndarray, z_um: np.ndarray) -> np.ndarray:
        """exp(i (kz - k) z) of plane waves with transverse wavenumber `transverse` (rad/um), in the angular spectrum,
        relative to the wave on the axis; evanescent waves get zero (Goodman, Introduction to Fourier Optics, 3.10)."""
        squared = self.wavenumber**2 - transverse**2
        axial = np.sqrt(np.maximum(squared, 0)) - self.wavenumber
        return np.where(squared > 0, np.exp(1j * axial * z_um), 0)

    def blur(self, transverse: np.ndarray, z_um: np.ndarray) -> np.ndarray:
        """Transfer function of what smooths intensity: the extended source and the pixel.

        Each point of the condenser's pupil displaces the image of a particle at distance z by z tan(angle), so the
        whole source blurs it by a disc of radius |z| tan(condenser angle); the pixel acts as a disc of its own area.
        """
        source = np.abs(z_um) * np.tan(np.arcsin(self.condenser / MEDIUM))
        return disc_transfer(transverse * source) * disc_transfer(transverse * self.pixel_um / np.sqrt(np.pi))


def disc_transfer(argument: np.ndarray) -> np.ndarray:
    """Fourier transform 2 J1(x)/x of a disc of area one; x = wavenumber times the disc's radius."""
    safe = np.where(argument == 0, 1, argument)
    return np.where(argument == 0, 1, 2 * j1(safe) / safe)
