"""A bright-field microscope, as far as it is common to every particle.

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
    """Vacuum wavelength, numerical apertures of objective and condenser, pixel in um."""

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
    def cutoff(self) -> float:
        """rad/um: the largest transverse wavenumber that the objective takes."""
        return self.vacuum_wavenumber * self.aperture

    @property
    def pupil_angle(self) -> float:
        """rad, in the medium: the steepest ray that the objective takes."""
        return float(np.arcsin(self.aperture / MEDIUM))

    @property
    def steepest_angle(self) -> float:
        """rad, in the medium: how far a ray of the condenser's rim is turned at most and still taken."""
        return self.pupil_angle + float(np.arcsin(self.condenser / MEDIUM))

    def source_rings(self, rings: int) -> tuple[np.ndarray, np.ndarray]:
        """The condenser's disc as `rings` rings of plane waves: sines of their angles in the medium, and weights that
        add up to 1 (Gauss-Legendre over the disc's area; Koehler illumination, every point of it equally bright)."""
        nodes, weights = np.polynomial.legendre.leggauss(rings)
        return np.sqrt((nodes + 1) / 2) * self.condenser / MEDIUM, weights / 2

    def axial(self, transverse: np.ndarray) -> np.ndarray:
        """kz - k, rad/um, of plane waves with `transverse` wavenumber; evanescent ones are taken as grazing."""
        return np.sqrt(np.maximum(self.wavenumber**2 - transverse**2, 0)) - self.wavenumber

    def pixel_transfer(self, transverse: np.ndarray) -> np.ndarray:
        """What a pixel lets through, as a disc of its area: 2 J1(x)/x."""
        x = np.asarray(transverse * self.pixel_um / np.sqrt(np.pi))
        safe = np.where(x == 0, 1, x)
        return np.where(x == 0, 1, 2 * j1(safe) / safe)
