"""Designs for counts of classes: do their intervals hold what was there, however rare the class is?

Two instruments, each with a network of its own whose mistakes are known from some particles, count protein with little
oil in it. Particles of known class, those of the sample, and runs that differ are drawn anew in each design.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.run_variance import moments, pooled, stacked
from stages.compare.classes.corrected import corrected
from stages.compare.classes.ratio import ClassCount, interval_between

# Shares of protein, oil and air (rows) that are called each class: recall of oil .84, protein taken for oil .063.
SHARES = np.array([[0.934, 0.063, 0.003], [0.16, 0.84, 0.0], [0.02, 0.01, 0.97]])
KNOWN = (827, 117, 121)  # particles of known class
OIL = 1
PROTEIN, AIR = 5000.0, 10.0  # expected in all runs of a sample
OILS = (5.0, 20.0, 100.0, 500.0)
RUN_CV = (0.0, 0.1)
SAMPLES, RUNS = 6, 3
RATIO = 0.8  # of concentrations, second instrument over first
DESIGNS = 1000
CLASS_OF = {"faint_oil": "silicone_oil", "large_bubble": "air_bubble"}  # kinds of the simulator that are called so


def count_oil(random: np.random.Generator, expected: np.ndarray, run_cv: float) -> ClassCount:
    """One instrument's answer for the oil of the first of SAMPLES samples, each with `expected` (C,) particles in
    RUNS runs of 1 mL together."""
    matrix = np.stack([random.multinomial(known, shares) for known, shares in zip(KNOWN, SHARES, strict=True)])
    factors = random.gamma(run_cv**-2, run_cv**2, (SAMPLES, RUNS)) if run_cv else np.ones((SAMPLES, RUNS))
    calls = random.poisson(factors[..., None] * (expected @ SHARES) / RUNS)
    volumes = np.full(RUNS, 1 / RUNS)
    spreads = [
        pooled(stacked([moments(sample[:, number], volumes) for sample in calls])) for number in range(len(KNOWN))
    ]
    found = corrected(calls[0].sum(axis=0)[None], matrix[None], spreads, RUNS, random)[OIL]
    return ClassCount(found, 1.0, RUNS, 0, int(spreads[OIL].freedom))


def measure_classes(random: np.random.Generator, oil: float, run_cv: float, designs: int) -> dict:
    """Coverage of the 90 % intervals of the oil's count and of its ratio, and how often oil is found."""
    inside, ratios, found = 0, 0, 0
    for _ in range(designs):
        first, second = (count_oil(random, np.array([PROTEIN, oil, AIR]) * by, run_cv) for by in (1.0, RATIO))
        low, high = first.corrected.interval(0.90)
        inside += low <= oil <= high
        low, high = interval_between(first, second)
        ratios += low <= RATIO <= high
        found += first.corrected.found
    return {
        "oil": oil,
        "run_cv": run_cv,
        "coverage_count": inside / designs,
        "coverage_ratio": ratios / designs,
        "found": found / designs,
    }


def held_against_truth(root: Path) -> pd.DataFrame:
    """A row for each count of a class in a simulated study below `root`: what metrics/class_counts.csv says, how many
    `true` ones there were among the particles that the instrument reported from that size on, and whether the 95 %
    interval, which is that of the suspension, holds them (`inside`)."""
    counts = pd.read_csv(root / "metrics/class_counts.csv")
    runs = pd.read_parquet(root / "data/ingested/runs.parquet")
    truth = pd.read_parquet(root / "data/simulated_truth.parquet").dropna(subset=["source_id"])
    reported = pd.concat(
        pd.read_parquet(root / f"data/ingested/{run}.parquet", columns=["run", "source_id", "abd_um", "ecd_um"])
        for run in runs.loc[runs["role"] == "parallel", "run"]
    )
    particles = reported.merge(truth[["run", "source_id", "kind"]], on=["run", "source_id"])
    particles = particles.merge(runs[["run", "sample", "platform"]], on="run")
    um, called = particles["abd_um"].fillna(particles["ecd_um"]), particles["kind"].replace(CLASS_OF)
    for place, row in counts.iterrows():
        own = (particles["sample"] == row["sample"]) & (particles["platform"] == row["platform"])
        own &= (called == row["class"]) & (um >= float(row["at"].split("_")[2]))
        counts.loc[place, "true"] = int(own.sum())
    counts["inside"] = counts["true"].between(counts["number_low"], counts["number_high"])
    return counts
