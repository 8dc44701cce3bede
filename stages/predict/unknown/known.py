"""What training holds, and whether a particle or a run is like it.

Three questions. *A particle*: how far are the nearest known ones? *A run*: are the particles called each class as far
from known ones, and as large, as those of known runs? *Drift*: are all of a run's particles together like those of
known runs, in size, in each of the instrument's columns and in the network's features? For the last two the known
particles are weighted to the composition that the run seems to have.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from stages.predict.unknown.appearance import Appearance
from stages.predict.unknown.composition import weights_for
from stages.predict.unknown.departure import Departures, Yardstick, departures
from stages.predict.unknown.likened import QUANTITIES, Likened, quantities_of
from stages.predict.unknown.nearest import NOTHING, nearest, unlikeness
from stages.predict.unknown.space import Space

KEPT = 1500  # known particles of a class, at most
RUN_QUANTITIES = ["distance", "diameter"]
STRANGE = 0.5  # share of wholly strange particles that a test has to notice, lest it be none


@dataclass(frozen=True)
class Verdict:
    """quantities: their names. departures (G, Q): of G groups of particles from those of known runs, over what is
    expected of a known run; NaN where it can't be judged. limit: that the largest of them seldom exceeds in a known
    run; infinite where too few runs were known to tell. least_share: of wholly strange particles among those of one
    group that reaches the limit. fewest: particles of one group among which the share STRANGE would."""

    quantities: list[str]
    departures: np.ndarray
    limit: float
    least_share: float
    fewest: float

    @property
    def tested(self) -> bool:
        """Whether the particles are enough for the absence of an alarm to say something."""
        return self.alarm or self.least_share <= STRANGE

    @property
    def score(self) -> float:
        """The largest departure; 0 where nothing could be judged."""
        return float(np.nanmax(self.departures)) if np.isfinite(self.departures).any() else 0.0

    @property
    def alarm(self) -> bool:
        return self.score > self.limit


NOT_JUDGED = Verdict([], np.empty((0, 0)), np.inf, np.inf, np.inf)


@dataclass(frozen=True)
class Reference:
    """M known particles: their `coordinates` (M, D) in `space`, how they are `likened` to those of other runs, and
    their `truth` and `run` (M,), whole numbers."""

    space: Space
    coordinates: np.ndarray
    likened: Likened
    truth: np.ndarray
    run: np.ndarray

    @classmethod
    def of(cls, seen: Appearance, called: np.ndarray, truth: np.ndarray, run: np.ndarray) -> "Reference":
        space = Space.fit(seen)
        coordinates = space.coordinates(seen)
        units = _units(truth, run)
        distances, neighbours = nearest(coordinates, units, np.ascontiguousarray(coordinates.T), units)
        unlike = unlikeness(distances, distances[neighbours, -1])
        likened = Likened(called, distances[:, -1], unlike, quantities_of(seen.columns, coordinates))
        return cls(space, coordinates, likened, truth, run)

    def likened_to(self, seen: Appearance, called: np.ndarray) -> Likened:
        """Particles that aren't among the known ones."""
        coordinates = self.space.coordinates(seen)
        strangers = np.full(len(seen), NOTHING)
        distances, neighbours = nearest(coordinates, strangers, np.ascontiguousarray(self.coordinates.T), self.run)
        unlike = unlikeness(distances, self.likened.distance[neighbours])
        return Likened(called, distances[:, -1], unlike, quantities_of(seen.columns, coordinates))

    def class_departures(self, run: Likened, but: int = NOTHING) -> Departures:
        """Of a run's particles called each class, in RUN_QUANTITIES, from known runs `but` one."""
        known = self.likened
        weights = weights_for(run.called, self.truth, known.called, self.run != but)
        own, others = (np.column_stack([each.distance, each.quantities[:, 0]]) for each in (run, known))
        return departures(own, run.called, others, known.called, weights, self.truth.max() + 1)

    def whole_departures(self, run: Likened, but: int = NOTHING) -> Departures:
        """Of all of a run's particles, in QUANTITIES, from known runs `but` one."""
        known = self.likened
        weights = weights_for(run.called, self.truth, known.called, self.run != but)
        own, others = (np.zeros(len(each), int) for each in (run, known))
        return departures(run.quantities, own, known.quantities, others, weights, 1)

    def yardstick(self, departures_of: Callable[[Likened, int], Departures], false_alarms: float) -> Yardstick:
        """From each run in turn held against the others, as far as these hold all classes of the run."""
        found = []
        for number in np.unique(self.run):
            own = self.run == number
            if np.isin(self.truth[own], self.truth[~own]).all():
                found.append(departures_of(self.likened[own], int(number)))
        return Yardstick.fit(found, false_alarms)


@dataclass(frozen=True)
class Known:
    """The known particles with what was fitted on them. thresholds (C,): a particle called class c is flagged where its
    unlikeness exceeds thresholds[c]."""

    reference: Reference
    thresholds: np.ndarray
    runs: Yardstick
    drifts: Yardstick

    @classmethod
    def fit(
        cls,
        seen: Appearance,
        called: np.ndarray,
        truth: np.ndarray,
        run: np.ndarray,
        false_flags: float,
        false_alarms: float,
    ) -> "Known":
        """From labelled particles `seen` of several runs of every class: what the network `called` them, their `truth`
        and their `run`, whole numbers (N,). Each run in turn is held against the others.

        false_flags: share of the known particles called a class that are flagged at most: a known particle itself makes
        its neighbours' spacing smaller, which a new one doesn't, so it is less. false_alarms: probability of an alarm
        for a run of known particles, in each of the two tests.
        """
        kept = _kept(truth)
        reference = Reference.of(seen[kept], called[kept], truth[kept], run[kept])
        thresholds = _thresholds(reference.likened, truth.max() + 1, false_flags)
        runs = reference.yardstick(reference.class_departures, false_alarms)
        return cls(reference, thresholds, runs, reference.yardstick(reference.whole_departures, false_alarms))

    def likened(self, seen: Appearance, called: np.ndarray) -> Likened:
        """Particles of a run, or of a part of it, that the network `called` so, (N,)."""
        return self.reference.likened_to(seen, called)

    def flags(self, run: Likened) -> np.ndarray:
        """Which particles are unlike all known ones, (N,) bool."""
        return run.unlikeness > self.thresholds[run.called]

    def run_test(self, run: Likened) -> Verdict:
        """Whether the run holds something that training didn't; groups: the classes that particles were called."""
        return _verdict(
            RUN_QUANTITIES,
            self.reference.class_departures(run),
            self.runs,
            np.bincount(self.reference.likened.called, minlength=len(self.thresholds)),
        )

    def drift(self, run: Likened) -> Verdict:
        """Whether the run looks or measures otherwise than known ones; one group: all particles."""
        return _verdict(
            QUANTITIES, self.reference.whole_departures(run), self.drifts, np.array([len(self.reference.likened)])
        )


def _verdict(quantities: list[str], found: Departures, yardstick: Yardstick, known: np.ndarray) -> Verdict:
    """known (G,): how many known particles each group holds."""
    return Verdict(
        quantities,
        found.standardized(yardstick.spread),
        yardstick.limit,
        yardstick.least_share(found),
        yardstick.fewest(known, STRANGE),
    )


def _kept(truth: np.ndarray) -> np.ndarray:
    """Rows of at most KEPT particles of each class, evenly over the order in which they are given."""
    rows = [np.flatnonzero(truth == number) for number in np.unique(truth)]
    even = [own[np.linspace(0, len(own) - 1, min(KEPT, len(own))).round().astype(int)] for own in rows]
    return np.sort(np.concatenate(even))


def _units(truth: np.ndarray, run: np.ndarray) -> np.ndarray:
    """What is left out together (M,): a run, for its particles share more than their class; single particles of a class
    that one run holds all of."""
    units = run.copy()
    for number in np.unique(truth):
        own = truth == number
        if len(np.unique(run[own])) == 1:
            units[own] = run.max() + 1 + np.flatnonzero(own)
    return units


def _thresholds(known: Likened, classes: int, false_flags: float) -> np.ndarray:
    """Of each class that particles are called: the unlikeness that a next known one exceeds with probability
    `false_flags` at most (split conformal prediction: rank ceil((n + 1)(1 - false_flags))); infinite where n is too
    small for that."""
    found = np.full(classes, np.inf)
    for number in range(classes):
        own = np.sort(known.unlikeness[known.called == number])
        rank = int(np.ceil((len(own) + 1) * (1 - false_flags) - 1e-9))
        if rank <= len(own):
            found[number] = own[rank - 1]
    return found
