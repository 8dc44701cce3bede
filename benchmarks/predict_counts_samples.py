"""Samples of known composition made of runs of known class, and what each method makes of them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.predict_counts_methods import METHODS, bootstrapped
from benchmarks.predict_counts_pool import Pool, Run
from stages.predict.counts.counted import laws
from stages.predict.counts.matrix import matrix_of
from stages.predict.doubt.calibration import fit

LEVEL, WIDER = 0.9, 0.95
PARTICLES = (150, 1500)  # of a sample, log-uniformly
RARE = 0.01
KINDS = ("one in a thousand", "one in a thousand to as many", "any", "three in a thousand to one in ten")


@dataclass(frozen=True)
class Known:
    """Particles of known class that calibration has: logits (N, C), class, run and size (N,)."""

    logits: np.ndarray
    truth: np.ndarray
    run: np.ndarray
    sizes_um: np.ndarray


def known_of(runs: list[list[Run]]) -> Known:
    """All particles of the runs of each class."""
    flat = [(number, run) for number, own in enumerate(runs) for run in own]
    return Known(
        np.concatenate([run.logits for _, run in flat]),
        np.concatenate([np.full(len(run.logits), number) for number, run in flat]),
        np.concatenate([np.full(len(run.logits), place) for place, (_, run) in enumerate(flat)]),
        np.concatenate([run.sizes_um for _, run in flat]),
    )


def parted(pool: Pool, runs: int, random: np.random.Generator) -> tuple[Known, Pool]:
    """`runs` runs of each class to calibrate on, and the others, in any order."""
    shuffled = [[own[place] for place in random.permutation(len(own))] for own in pool]
    return known_of([own[:runs] for own in shuffled]), [own[runs:] for own in shuffled]


def expected_numbers(kind: str, pool: Pool, random: np.random.Generator) -> np.ndarray:
    """Expected particles of each class in a sample, (C,); no more than the pool has."""
    minorities = len(pool) - 1
    ratios = {
        KINDS[0]: np.full(minorities, 0.001),
        KINDS[1]: 10 ** random.uniform(-3, 0, minorities),
        KINDS[2]: None,
        KINDS[3]: 10 ** random.uniform(-2.5, -1, minorities),
    }[kind]
    shares = random.dirichlet(np.ones(len(pool))) if ratios is None else np.array([1.0, *ratios])
    shares = shares / shares.sum()
    there = np.array([sum(len(run.logits) for run in own) for own in pool])
    total = np.exp(random.uniform(*np.log(PARTICLES)))
    return shares * min(total, float((0.8 * there / shares).min()))


def drawn(pool: Pool, numbers: np.ndarray) -> Run:
    """So many particles of each class, without one twice, from as few runs as hold them."""
    logits = [np.concatenate([run.logits for run in own])[:number] for own, number in zip(pool, numbers, strict=True)]
    sizes = [np.concatenate([run.sizes_um for run in own])[:number] for own, number in zip(pool, numbers, strict=True)]
    return Run(np.concatenate(logits), np.concatenate(sizes))


def shuffled(pool: Pool, random: np.random.Generator) -> Pool:
    """Each run's particles in another order, the runs too."""

    def again(run: Run) -> Run:
        order = random.permutation(len(run.logits))
        return Run(run.logits[order], run.sizes_um[order])

    return [[again(own[place]) for place in random.permutation(len(own))] for own in pool]


def trials(
    pool: Pool, known_runs: int, samples: int, random: np.random.Generator, fixed: Known | None = None, boots: int = 0
) -> Iterator[dict]:
    """A row for each class of each sample: its truth, every method's number, whether intervals held the truth.

    What is known is drawn anew for every sample, `known_runs` runs of each class, or is `fixed`. The first `boots`
    samples are also bootstrapped."""
    for sample in range(samples):
        known, others = (fixed, pool) if fixed else parted(pool, known_runs, random)
        others = shuffled(others, random)
        kind = KINDS[sample % len(KINDS)]
        expected = expected_numbers(kind, others, random)
        there = np.minimum(random.poisson(expected), [sum(len(run.logits) for run in own) for own in others])
        logits = drawn(others, there).logits
        calibration = fit(known.logits, known.truth)
        matrix = matrix_of(calibration.probabilities(known.logits), known.truth, known.run)
        found = laws(calibration.probabilities(logits), matrix)
        plain = np.bincount(logits.argmax(axis=1), minlength=len(pool))
        other = {name: method(known.logits, known.truth, logits) for name, method in METHODS.items()}
        ends = {
            name: bootstrapped(name, known.logits, known.truth, logits, random) for name in METHODS if sample < boots
        }
        for number, law in enumerate(found):
            mean, count, wider = expected[number], law.at(LEVEL), law.at(WIDER)
            yield {
                "sample": sample,
                "kind": kind,
                "class": number,
                "expected": mean,
                "there": there[number],
                "rare": mean < RARE * expected.sum(),
                "plain": plain[number],
                "likelihood": count.number,
                "found": count.found,
                "covers": count.low <= mean <= count.high,
                "covers_95": wider.low <= mean <= wider.high,
                "width": count.high - count.low,
                **{name: numbers[number] for name, numbers in other.items()},
                **{f"covers_{name}": low[number] <= mean <= high[number] for name, (low, high) in ends.items()},
                **{f"width_{name}": high[number] - low[number] for name, (low, high) in ends.items()},
            }
