"""What the second platform would have counted of a sample that the first has measured."""

from dataclasses import dataclass

import numpy as np

from stages.compare.transfer.count import LEVEL, Predicted, predicted_count
from stages.compare.transfer.model import FEWEST_COUNTS, Threshold
from stages.compare.transfer.slope import FACTOR, slope_of

BEYOND = 2.0  # standard deviations of counting by which a sample may seem to lie outside of the trained ones


@dataclass(frozen=True)
class Seen:
    """A sample on the first platform: counts from g(d) and from FACTOR g(d) on, in `runs` runs that imaged `imaged_ml`,
    which held `volume_ml` of undiluted sample."""

    count: float
    beyond: float
    runs: int
    imaged_ml: float
    volume_ml: float


def outside(threshold: Threshold, seen: Seen) -> str | None:
    """Why the sample is none that the transfer was trained for; None where it is."""
    if seen.count < FEWEST_COUNTS:
        return f"{seen.count:.3g} particles from {threshold.first_um:.3g} µm on: fewer than {FEWEST_COUNTS}"
    least, most = threshold.imaged_per_ml
    concentration, room = seen.count / seen.imaged_ml, BEYOND / np.sqrt(seen.count)
    if not least * np.exp(-room) <= concentration <= most * np.exp(room):
        return f"{concentration:.3g}/mL as imaged: trained from {least:.3g} to {most:.3g}/mL"
    slope = slope_of(seen.count, seen.beyond)
    room = BEYOND * np.sqrt(slope.variance)
    trained = [own.slope.value for own in threshold.samples]
    if not min(trained) - room <= slope.value <= max(trained) + room:
        return (
            f"its counts fall with the power {slope.value:.2f} between {threshold.first_um:.3g} and "
            f"{FACTOR * threshold.first_um:.3g} µm: trained from {min(trained):.2f} to {max(trained):.2f}"
        )
    return None


def predict(threshold: Threshold, seen: Seen, second_ml: float, second_runs: int, level: float = LEVEL) -> Predicted:
    """The count in `second_ml` of undiluted sample, in `second_runs` runs of the second platform. It doesn't ask
    whether the sample lies `outside`."""
    effects = threshold.effects
    ratio, variance = effects.ratio(threshold.slopes.centred(slope_of(seen.count, seen.beyond)))
    mean = np.log(seen.count / seen.volume_ml * second_ml) + ratio
    known = 1 / seen.count + threshold.run_variance(seen.runs, second_runs)
    return predicted_count(effects.weight, mean, variance + known, level)
