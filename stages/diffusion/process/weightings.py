"""How much the squared error of x_0 counts, by the shares of signal and noise. One more is a function and a line in
WEIGHTINGS."""

from torch import Tensor


def min_snr(signal: Tensor, noise: Tensor) -> Tensor:
    """The signal-to-noise ratio, 5 at most, lest the times with hardly any noise take over (Hang et al. 2023,
    section 3.4)."""
    return (signal / noise).square().clamp(max=5)


def straight(signal: Tensor, noise: Tensor) -> Tensor:
    """What the velocity of the straight path makes of it (Esser et al. 2024, arXiv 2403.03206, section 2). Beside v's
    own weight it is (signal + noise)^2: twice as much where both are equally strong, once at the ends."""
    return (1 + signal / noise).square()


WEIGHTINGS = {"min_snr": min_snr, "straight": straight}
"""Beside `plain`: every error of the network's answer counts the same."""
