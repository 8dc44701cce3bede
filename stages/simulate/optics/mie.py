"""Scattering of a plane wave by a sphere, exactly (Bohren and Huffman, Absorption and Scattering of Light, ch. 4)."""

import numpy as np
from scipy.special import spherical_jn, spherical_yn


def orders_for(size: float) -> int:
    """Terms of the series that a sphere of size parameter `size` needs (Wiscombe 1980)."""
    return int(np.ceil(size + 4.05 * size ** (1 / 3) + 2))


def coefficients(size: float, index: float) -> tuple[np.ndarray, np.ndarray]:
    """a_n and b_n, n = 1, 2, ..., for size parameter `size` and relative real `index` (eq. 4.88)."""
    n = np.arange(1, orders_for(size) + 1)
    inner = index * size
    logarithmic = spherical_jn(n, inner, derivative=True) / spherical_jn(n, inner) + 1 / inner
    psi, chi = size * spherical_jn(n, size), size * spherical_yn(n, size)
    psi_before, chi_before = size * spherical_jn(n - 1, size), size * spherical_yn(n - 1, size)
    xi, xi_before = psi + 1j * chi, psi_before + 1j * chi_before

    def term(factor: np.ndarray) -> np.ndarray:
        return (factor * psi - psi_before) / (factor * xi - xi_before)

    return term(logarithmic / index + n / size), term(logarithmic * index + n / size)


def angular_functions(orders: int, angles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """pi_n and tau_n times (2n+1)/(n(n+1)), each (orders, angles) (eq. 4.47)."""
    cosine = np.cos(angles)
    pi = np.zeros((orders + 1, angles.size))
    tau = np.zeros_like(pi)
    pi[1], tau[1] = 1, cosine
    for n in range(2, orders + 1):
        pi[n] = ((2 * n - 1) * cosine * pi[n - 1] - n * pi[n - 2]) / (n - 1)
        tau[n] = n * cosine * pi[n] - (n + 1) * pi[n - 1]
    order = np.arange(1, orders + 1)[:, None]
    weight = (2 * order + 1) / (order * (order + 1))
    return weight * pi[1:], weight * tau[1:]


def amplitude(size: float, index: float, pi: np.ndarray, tau: np.ndarray) -> np.ndarray:
    """(S1 + S2)/2 at the angles of `pi` and `tau`: the part of unpolarised light that keeps its polarisation."""
    a, b = coefficients(size, index)
    terms = a.size
    return 0.5 * (a + b) @ (pi[:terms] + tau[:terms])
