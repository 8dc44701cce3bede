"""What the regressions between two methods give."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """second = intercept + slope * first, with the intervals' ends."""

    slope: float
    slope_interval: tuple[float, float]
    intercept: float
    intercept_interval: tuple[float, float]
    subjects: int
