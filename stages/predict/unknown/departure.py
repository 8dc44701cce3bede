"""How far a run's distributions depart from known ones, beside how far known runs depart from each other."""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

FEWEST = 8  # particles of a group, less can't be judged
FEWEST_RUNS = 5  # scores that a limit is set by
# Kolmogorov's distribution of sqrt(n) D: its mean square is pi^2 / 12.
MEAN_SQUARE = np.pi**2 / 12


@dataclass(frozen=True)
class Departures:
    """Of G groups of a run's particles in Q quantities: Kolmogorov-Smirnov distances (G, Q) from the known particles,
    and what chance alone adds to a group's squares, 1 / n + 1 / m (G,). NaN where too few were there."""

    distances: np.ndarray
    chance: np.ndarray

    def standardized(self, spread: np.ndarray) -> np.ndarray:
        """Distances over what is expected of a known run: chance, and variance between runs `spread` (G, Q)."""
        return self.distances / np.sqrt(self.chance[:, None] + spread)

    def score(self, spread: np.ndarray) -> float:
        """The largest standardized distance; 0 where nothing could be judged."""
        found = self.standardized(spread)
        return float(np.nanmax(found)) if np.isfinite(found).any() else 0.0


@dataclass(frozen=True)
class Yardstick:
    """spread (G, Q): variance of the distances between known runs. limit: of the score."""

    spread: np.ndarray
    limit: float

    def least_share(self, found: Departures) -> float:
        """Of wholly strange particles in a group, so many that their Kolmogorov-Smirnov distance, which is that share,
        reaches the limit; infinite where no group could be judged."""
        least = self.limit * np.sqrt(found.chance[:, None] + self.spread)
        return float(np.nanmin(least)) if np.isfinite(least).any() else np.inf

    def fewest(self, known: np.ndarray, share: float) -> float:
        """Particles of a group among which `share` of wholly strange ones reach the limit, of the group where it takes
        fewest; `known` (G,) are the known ones of each. Infinite where no number does."""
        room = (share / self.limit) ** 2 - self.spread - 1 / np.maximum(known, 1)[:, None]
        needed = np.where(room > 0, np.ceil(1 / np.where(room > 0, room, 1)), np.inf)
        return float(max(FEWEST, needed.min()))

    @classmethod
    def fit(cls, known: list[Departures], false_alarms: float) -> "Yardstick":
        """From each known run's departures from the others: a next one's score exceeds the limit with probability
        `false_alarms`, if scores are lognormal (prediction limit, Hahn and Meeker 1991, section 4.8). The limit is
        infinite where fewer than FEWEST_RUNS runs could be judged."""
        if not known:
            return cls(np.zeros((1, 1)), np.inf)
        squares = np.stack([one.distances**2 / MEAN_SQUARE - one.chance[:, None] for one in known])
        there = np.isfinite(squares)
        total = np.where(there, squares, 0).sum(axis=0)
        spread = np.maximum(total / np.maximum(there.sum(axis=0), 1), 0)
        scores = np.array([one.score(spread) for one in known])
        logs = np.log(scores[scores > 0])
        if len(logs) < FEWEST_RUNS:
            return cls(spread, np.inf)
        reach = stdtrit(len(logs) - 1, 1 - false_alarms) * np.sqrt(1 + 1 / len(logs))
        return cls(spread, float(np.exp(logs.mean() + reach * logs.std(ddof=1))))


def departures(
    quantities: np.ndarray,
    groups: np.ndarray,
    known_quantities: np.ndarray,
    known_groups: np.ndarray,
    weights: np.ndarray,
    number: int,
) -> Departures:
    """Of a run's `quantities` (N, Q) in `groups` (N,) from those of the known particles (M, Q), whose `weights` (M,)
    tell how often each stands in the distribution; `number` of groups."""
    found = np.full((number, quantities.shape[1]), np.nan)
    chance = np.full(number, np.nan)
    for group in range(number):
        own, others = groups == group, (known_groups == group) & (weights > 0)
        if own.sum() < FEWEST or others.sum() < FEWEST:
            continue
        weight = weights[others]
        chance[group] = 1 / own.sum() + (weight**2).sum() / weight.sum() ** 2
        for place in range(quantities.shape[1]):
            found[group, place] = distance(quantities[own, place], known_quantities[others, place], weight)
    return Departures(found, chance)


def distance(values: np.ndarray, known: np.ndarray, weights: np.ndarray) -> float:
    """Kolmogorov-Smirnov's statistic between `values` (N,) and `known` (M,) with `weights` (M,); NaN where one of them
    holds no number."""
    seen, told = ~np.isnan(values), ~np.isnan(known)
    if not seen.any() or not told.any():
        return np.nan
    values, known, weights = values[seen], known[told], weights[told]
    together = np.concatenate([values, known])
    order = np.argsort(together, kind="stable")
    steps = np.concatenate([np.full(len(values), 1 / len(values)), -weights / weights.sum()])[order]
    ordered = together[order]
    last = np.append(ordered[1:] != ordered[:-1], True)
    return float(np.abs(np.cumsum(steps)[last]).max())
