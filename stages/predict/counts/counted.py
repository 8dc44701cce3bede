"""The answer for a run: how many particles of each class, between which bounds, and what is too few to be told."""

from dataclasses import dataclass

import numpy as np

from stages.predict.counts.detection import detectable, is_found
from stages.predict.counts.likelihood import Profile, fitted, profiles, without
from stages.predict.counts.matrix import Matrix
from stages.predict.counts.strata import counts_in


@dataclass(frozen=True)
class Count:
    """Particles of one class in what was imaged, corrected for misclassification.

    `number` is the median of the expected number's law, `low` and `high` its interval: they are those of the
    suspension, so they hold counting too. Where the class is not `found` the answer is "at most `high`". `detectable`
    is the number that would be found 19 times in 20. `called` are the particles that the network calls so, uncorrected.
    """

    number: float
    low: float
    high: float
    found: bool
    detectable: float
    called: int

    def over(self, volume_ml: float) -> dict[str, float | bool]:
        """The same for each mL of sample, of which `volume_ml` were imaged."""
        numbers = ("number", "low", "high", "detectable")
        return {name: getattr(self, name) / volume_ml for name in numbers} | {"found": self.found}


@dataclass(frozen=True)
class Law:
    """What is known of one class's expected number, whatever the level of its interval; the rest is that of Count."""

    profile: Profile
    found: bool
    detectable: float
    called: int

    def at(self, level: float) -> Count:
        """The median with the interval between equal tails, from 0 on where the class isn't found."""
        tails = np.array([0.5, (1 - level) / 2, (1 + level) / 2])
        number, low, high = map(float, self.profile.quantiles(tails))
        return Count(number, low if self.found else 0.0, high, self.found, self.detectable, self.called)


def laws(probabilities: np.ndarray, matrix: Matrix, runs: int = 1) -> list[Law]:
    """A Law for each class from calibrated `probabilities` (N, C) of all particles of a sample's `runs` runs."""
    counts, rows = counts_in(probabilities), matrix.rows(runs)
    best = fitted(counts, rows)
    called = np.bincount(probabilities.argmax(axis=1), minlength=len(rows))
    found = []
    for number, profile in enumerate(profiles(counts, rows, best)):
        none = without(counts, rows, number)
        there = is_found(float(2 * (best.log_likelihood - none.log_likelihood)[0]))
        found.append(Law(profile, there, detectable(none, rows, number), int(called[number])))
    return found


def counted(probabilities: np.ndarray, matrix: Matrix, level: float = 0.95, runs: int = 1) -> list[Count]:
    """A Count for each class, with the interval of `level`; see `laws`."""
    return [law.at(level) for law in laws(probabilities, matrix, runs)]
