"""A number with its noise: what a change has to exceed before it means anything."""

from collections.abc import Iterable
from math import hypot


def numbered(value: float, noise: float) -> dict[str, float]:
    return {"value": value, "noise": noise}


def half_of(scored: dict, low: str = "low", high: str = "high") -> float:
    """Half the width of an interval, the longer side where it is lopsided."""
    return max(scored[high] - scored["value"], scored["value"] - scored[low])


def with_interval(scored: dict) -> dict[str, float]:
    """Of {"value", "low", "high"}."""
    return numbered(scored["value"], half_of(scored))


def mean_half(halves: Iterable[float]) -> float:
    """Half the width of the interval of a mean of independent figures, from half the widths of theirs."""
    halves = list(halves)
    return hypot(*halves) / len(halves)
