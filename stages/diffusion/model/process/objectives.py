"""What the network is asked to tell about x = signal x_0 + noise epsilon: a mixture of the image and the noise.

Each objective gives the two shares (of the image, of the noise) in that mixture. All are linear, so the same algebra
finds the image in any answer. One more is one function and one line in OBJECTIVES.
"""

from torch import Tensor

Shares = tuple[Tensor | float, Tensor | float]


def epsilon(signal: Tensor, noise: Tensor) -> Shares:
    """The noise (Ho et al. 2020, eq. 14; the study)."""
    return 0.0, 1.0


def v(signal: Tensor, noise: Tensor) -> Shares:
    """signal epsilon - noise x_0 (Salimans & Ho 2022, appendix D)."""
    return -noise, signal


def flow(signal: Tensor, noise: Tensor) -> Shares:
    """The velocity of the straight path, epsilon - x_0 (Lipman et al. 2023, section 4.1; Liu et al. 2023, eq. 1)."""
    return -1.0, 1.0


OBJECTIVES = {"epsilon": epsilon, "v": v, "flow": flow}
