"""Detection limits, counts from a size on, and several runs of a sample: are they what they say?"""

from collections.abc import Iterator

import numpy as np

from benchmarks.predict_counts_pool import Pool, Run
from benchmarks.predict_counts_samples import LEVEL, drawn, parted, shuffled
from stages.common.majority import minorities
from stages.predict.counts.by_size import counted_from, matrices_from
from stages.predict.counts.counted import counted
from stages.predict.counts.matrix import matrix_of
from stages.predict.counts.replicates import over_runs, run_variances
from stages.predict.doubt.calibration import fit

MAJORITY_NUMBER = 450
THRESHOLDS_UM = (2.0, 5.0, 10.0)
SAMPLES, RUNS, RUN_CV = 5, 3, 0.15  # of replicates: samples that tell how far runs differ, runs of each, and how far


def detections(pool: Pool, known_runs: int, samples: int, random: np.random.Generator) -> Iterator[dict]:
    """Is a class found where there is none, and where there are as many as its limit says?"""
    for sample in range(samples):
        known, others = parted(pool, known_runs, random)
        others = shuffled(others, random)
        calibration = fit(known.logits, known.truth)
        matrix = matrix_of(calibration.probabilities(known.logits), known.truth, known.run)
        numbers = np.zeros(len(pool), int)
        numbers[0] = random.poisson(MAJORITY_NUMBER)
        none = counted(calibration.probabilities(drawn(others, numbers).logits), matrix, LEVEL)
        for number in minorities(len(pool)):
            there = numbers.copy()
            there[number] = random.poisson(none[number].detectable)
            # Other particles of the majority than those that gave the limit.
            again = shuffled(others, random)
            found = counted(calibration.probabilities(drawn(again, there).logits), matrix, LEVEL)
            yield {
                "sample": sample,
                "class": number,
                "limit": none[number].detectable,
                "false": none[number].found,
                "found": found[number].found,
            }


def by_size(pool: Pool, known_runs: int, samples: int, random: np.random.Generator) -> Iterator[dict]:
    """Do intervals of particles from a size on hold their expected number?"""
    reaching = [
        [np.mean(np.concatenate([run.sizes_um for run in own]) >= threshold) for own in pool]
        for threshold in THRESHOLDS_UM
    ]
    for sample in range(samples):
        known, others = parted(pool, known_runs, random)
        others = shuffled(others, random)
        calibration = fit(known.logits, known.truth)
        matrices = matrices_from(
            THRESHOLDS_UM, known.sizes_um, calibration.probabilities(known.logits), known.truth, known.run
        )
        expected = np.array([600.0, *10 ** random.uniform(0, 2.3, len(pool) - 1)])
        one = drawn(others, random.poisson(expected))
        found = counted_from(THRESHOLDS_UM, one.sizes_um, calibration.probabilities(one.logits), matrices, LEVEL)
        for threshold, share, counts in zip(THRESHOLDS_UM, reaching, found, strict=True):
            for number, count in enumerate(counts):
                mean = expected[number] * share[number]
                yield {
                    "sample": sample,
                    "at_least_um": threshold,
                    "class": number,
                    "expected": mean,
                    "covers": count.low <= mean <= count.high,
                }


def replicates(pool: Pool, known_runs: int, samples: int, random: np.random.Generator) -> Iterator[dict]:
    """Do intervals over a sample's runs hold the suspension's number, where its runs differ beyond counting?"""
    mean = np.array([300.0, 30, 15])
    for sample in range(samples):
        known, others = parted(pool, known_runs, random)
        calibration = fit(known.logits, known.truth)
        matrix = matrix_of(calibration.probabilities(known.logits), known.truth, known.run)
        measured = [[_measured(others, mean, random) for _ in range(RUNS)] for _ in range(SAMPLES)]
        scored = [[calibration.probabilities(run.logits) for run in runs] for runs in measured]
        called = [np.stack([np.bincount(run.argmax(axis=1), minlength=len(pool)) for run in runs]) for runs in scored]
        spreads = run_variances(called, [np.ones(RUNS)] * SAMPLES)
        counts = counted(np.concatenate(scored[0]), matrix, LEVEL, RUNS)
        for number, (count, spread) in enumerate(zip(counts, spreads, strict=True)):
            wider = over_runs(count, spread, RUNS, LEVEL)
            expected = RUNS * mean[number]
            yield {
                "sample": sample,
                "class": number,
                "covers": wider.low <= expected <= wider.high,
                "covers_without_runs": count.low <= expected <= count.high,
            }


def _measured(pool: Pool, mean: np.ndarray, random: np.random.Generator) -> Run:
    """A run whose pump gave more or less of everything."""
    return drawn(shuffled(pool, random), random.poisson(mean * random.gamma(RUN_CV**-2, RUN_CV**2)))
