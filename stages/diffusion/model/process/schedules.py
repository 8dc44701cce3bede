"""Noise schedules of the diffusion process: alpha_bar of times 0 to T in float64. One more is a line in SCHEDULES.

Equations are numbered as in Ho et al. 2020 (DDPM, arXiv 2006.11239) unless another source is named.
"""

import numpy as np


def linear_alpha_bar(steps: int) -> np.ndarray:
    """beta linear from 1e-4 to 0.02 (section 4)."""
    beta = np.linspace(1e-4, 0.02, steps)
    return np.concatenate([[1.0], np.cumprod(1 - beta)])


def cosine_alpha_bar(steps: int) -> np.ndarray:
    """A squared cosine, beta at most 0.999 (Nichol & Dhariwal 2021, eq. 17)."""
    offset = 0.008
    ideal = np.cos((np.arange(steps + 1) / steps + offset) / (1 + offset) * np.pi / 2) ** 2
    beta = np.minimum(1 - ideal[1:] / ideal[:-1], 0.999)
    return np.concatenate([[1.0], np.cumprod(1 - beta)])


def shifted_cosine_alpha_bar(steps: int) -> np.ndarray:
    """The cosine schedule at a quarter of its signal-to-noise ratio (Hoogeboom et al. 2023, eq. 4, for twice the edge).

    An outline that runs over the whole image shows through more noise than fine texture does, so more of the times
    have to be noisier for the network to learn where outlines close.
    """
    cosine = cosine_alpha_bar(steps)[1:]
    snr = cosine / (1 - cosine) / 4
    return np.concatenate([[1.0], snr / (1 + snr)])


def with_zero_terminal_snr(alpha_bar: np.ndarray) -> np.ndarray:
    """`alpha_bar` with nothing of the image left at time T: sqrt(alpha_bar) shifted to end at 0, then scaled so that
    time 1 stays as it was (Lin et al. 2023, arXiv 2305.08891, algorithm 1)."""
    signal = np.sqrt(alpha_bar[1:])
    signal = (signal - signal[-1]) * signal[0] / (signal[0] - signal[-1])
    return np.concatenate([[1.0], signal**2])


SCHEDULES = {"linear": linear_alpha_bar, "cosine": cosine_alpha_bar, "shifted_cosine": shifted_cosine_alpha_bar}
