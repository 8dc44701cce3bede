"""Coverage over runs that differ: of a recall, of a difference of macro recalls, of an average precision."""

from itertools import product

import numpy as np

from stages.classify.data.scores import average_precision
from stages.classify.evaluating.answers import Answers
from stages.classify.evaluating.bootstrap import RUNS_ENOUGH, between_tails, resamples, tail
from stages.classify.evaluating.runs import recall_over_runs
from stages.classify.table.paired import macro_recall_difference
from stages.common.proportions import wilson

RUNS = (2, 3, 5, 10)
RECALLS = (0.8, 0.9, 0.95, 0.98)
CORRELATIONS = (0.0, 0.01, 0.05, 0.15)
PARTICLES = 60  # of each run on average; they vary by a half
RESAMPLES = 1000
GAIN, SPREADS = 0.02, (0.0, 0.02, 0.05)
RIGHT, ALIKE = 0.8, 0.7  # recall of the second classifier; particles that are as hard for both
APART, DRIFT = 2.0, 0.4  # standard deviations between the classes' scores; of the runs


def recall_coverage(draws: int, random: np.random.Generator) -> list[dict]:
    """Runs' recalls follow a beta law: `correlation` is that of two particles of one run."""
    rows = []
    for runs, mean, correlation in product(RUNS, RECALLS, CORRELATIONS):
        held = np.zeros(3)
        for _ in range(draws):
            total = np.maximum(5, random.gamma(4, PARTICLES / 4, runs)).astype(int)
            hits = random.binomial(total, _varied(mean, correlation, runs, random))
            found = recall_over_runs(_answers(hits, total), 0)
            drawn = random.integers(0, runs, (RESAMPLES, runs))
            again = np.percentile(hits[drawn].sum(axis=1) / total[drawn].sum(axis=1), [2.5, 97.5])
            limits = [(found["low"], found["high"]), again, wilson(hits.sum(), total.sum())]
            held += [low <= mean <= high for low, high in limits]
        shares = dict(zip(("coverage", "bootstrap", "wilson"), held / draws, strict=True))
        rows.append({"runs": runs, "recall": mean, "correlation": correlation, **shares})
    return rows


def _varied(mean: float, correlation: float, runs: int, random: np.random.Generator) -> np.ndarray:
    if correlation == 0:
        return np.full(runs, mean)
    size = (1 - correlation) / correlation
    return random.beta(mean * size, (1 - mean) * size, runs)


def _answers(hits: np.ndarray, total: np.ndarray) -> Answers:
    right = np.concatenate([np.arange(n) < hit for hit, n in zip(hits, total, strict=True)])
    run = np.repeat(np.arange(len(total)), total)
    return Answers(["found", "missed"], np.zeros(len(run), int), np.column_stack([right, ~right]).astype(float), run)


def difference_coverage(draws: int, random: np.random.Generator) -> list[dict]:
    """Three classes; a run's true gain varies about GAIN by `spread`. The bootstrap draws runs where there are five,
    else particles."""
    rows = []
    for runs, spread in product(RUNS, SPREADS):
        label = np.repeat([0, 1, 2], runs * PARTICLES)
        run = np.repeat(np.arange(3 * runs), PARTICLES)
        held = np.zeros(2)
        for _ in range(draws):
            gain = np.repeat(random.normal(GAIN, spread, 3 * runs), PARTICLES)
            # What is hard for one is mostly hard for the other.
            hard = random.random(len(label))
            harder = np.where(random.random(len(label)) < ALIKE, hard, random.random(len(label)))
            first, second = hard < RIGHT + gain, harder < RIGHT
            found = macro_recall_difference(label, run, first[None], second[None])["over_runs"]
            gained = (first.astype(int) - second).reshape(3, runs, PARTICLES)
            again = np.percentile(_resampled(gained, random), [2.5, 97.5])
            held += [low <= GAIN <= high for low, high in ((found["low"], found["high"]), again)]
        shares = dict(zip(("coverage", "bootstrap"), held / draws, strict=True))
        rows.append({"runs": runs, "spread": spread, **shares})
    return rows


def _resampled(gained: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Means over the classes of `gained` (classes, runs, particles), resampled."""
    classes, runs, particles = gained.shape
    if runs >= RUNS_ENOUGH:
        drawn = random.integers(0, runs, (RESAMPLES, classes, runs))
        return np.take_along_axis(gained.mean(axis=2)[None], drawn, axis=2).mean(axis=(1, 2))
    total = runs * particles
    shares = [[(own == value).mean() for value in (-1, 0, 1)] for own in gained.reshape(classes, total)]
    counts = np.stack([random.multinomial(total, share, RESAMPLES) for share in shares])
    return ((counts[..., 2] - counts[..., 0]) / total).mean(axis=0)


def average_precision_coverage(draws: int, random: np.random.Generator) -> list[dict]:
    """Scores of both classes are normal and shift together from run to run; with the expanded percentiles of
    stages.classify.evaluating.bootstrap and the plain ones."""
    rows = []
    for runs in (5, 10):
        label, run = np.repeat([0, 1], runs * PARTICLES), np.repeat(np.arange(2 * runs), PARTICLES)
        true = _average_precision_of_all(random)
        held = np.zeros(2)
        for _ in range(draws):
            score = (
                label * APART + np.repeat(random.normal(0, DRIFT, 2 * runs), PARTICLES) + random.normal(size=len(run))
            )
            weights = np.concatenate(list(resamples(label, run, RESAMPLES, random)))
            again = average_precision(label == 1, score, weights)
            for number, ends in enumerate((tail(label, run), 0.025)):
                low, high = between_tails(again, ends)
                held[number] += low <= true <= high
        rows.append({"runs": runs, **dict(zip(("coverage", "bootstrap"), held / draws, strict=True))})
    return rows


def _average_precision_of_all(random: np.random.Generator) -> float:
    """Of endless runs of both classes, as many particles of each."""
    label = np.repeat([0, 1], 1_000_000)
    score = label * APART + random.normal(0, np.hypot(1, DRIFT), len(label))
    return float(average_precision(label == 1, score))
