"""The count that a new sample would have: Poisson around an expectation that is itself uncertain."""

from dataclasses import dataclass

import numpy as np
from scipy import special

LEVEL = 0.90
NODES = 401  # of the expectation's logarithm
REACH = 8.0  # standard deviations to either side
NEGLIGIBLE = 1e-9  # share of a node that is left out


@dataclass(frozen=True)
class Predicted:
    """Median of the expectation, and the interval of whole counts, its ends included, that holds LEVEL of what would
    be observed."""

    expected: float
    low: int
    high: int


def predicted_count(weight: np.ndarray, mean: np.ndarray, variance: np.ndarray, level: float = LEVEL) -> Predicted:
    """For an expectation whose logarithm is a mixture of normals, (T,) each.

    Of a count on an end of the interval half its probability is taken to lie inside (mid-P, Lancaster 1961): whole
    counts would else make the interval of a few particles hold far more than `level`.
    """
    centre = weight @ mean
    spread = np.sqrt(weight @ (variance + (mean - centre) ** 2))
    nodes = centre + spread * np.linspace(-REACH, REACH, NODES)
    density = (weight / np.sqrt(variance)) @ np.exp(-((nodes - mean[:, None]) ** 2) / variance[:, None] / 2)
    share = density / density.sum()
    median = float(np.interp(0.5, np.cumsum(share) - share / 2, nodes))
    held = share > NEGLIGIBLE
    share, expectation = share[held], np.exp(nodes[held])

    def below(count: int) -> float:
        """Probability of fewer, and half that of as many."""
        fewer = special.pdtr(count - 1, expectation) if count else 0.0
        return float(share @ (fewer + special.pdtr(count, expectation)) / 2)

    def least(probability: float) -> int:
        """The least count with at least `probability` below it, looked for from where a normal law would have it."""
        near = np.exp(centre + special.ndtri(probability) * np.sqrt(spread**2 + np.exp(-centre)))
        enough, step = int(near), 1
        while below(enough) < probability:
            enough, step = enough + step, 2 * step
        short, step = enough - 1, 1
        while short >= 0 and below(short) >= probability:
            short, step = max(-1, short - step), 2 * step
        while enough - short > 1:
            middle = (short + enough) // 2
            short, enough = (middle, enough) if below(middle) < probability else (short, middle)
        return enough

    tail = (1 - level) / 2
    return Predicted(float(np.exp(median)), least(tail), least(1 - tail))
