"""How honest and how narrow the intervals of ratios are, by simulation: `python -m benchmarks.comparability`.

Designs of two platforms that measure SAMPLES samples in a few runs each, with counts that vary from run to run beyond
Poisson. The interval of the first sample's ratio, with the variance between runs pooled over all samples, is compared
with that of quasi-Poisson regression on this sample alone, on the same draws. Counts of classes have designs of their
own (benchmarks.comparability_classes); shares decided, the beads' CV and class counts held against the simulator's
truth are those of the default, which has to be there (`make repro`).
"""

import json
from itertools import product
from pathlib import Path
from statistics import mean

import numpy as np
from scipy import stats

from benchmarks.comparability_classes import DESIGNS, OILS, held_against_truth, measure_classes
from benchmarks.comparability_classes import RUN_CV as CLASS_RUN_CV
from benchmarks.result import write_result
from stages.common.run_variance import moments, run_variance_of, stacked
from stages.compare.rate import rate_of
from stages.compare.ratio import ratio_of
from stages.compare.verdict import NOT_COMPARED, OUTSIDE, WITHIN

RUNS = (2, 3, 6)  # on each platform
COUNTS = (5, 20, 100, 500)  # expected, a run on the first platform
RUN_CV = (0.0, 0.1, 0.2)
SAMPLES = 6
RATIO = 0.8
DRAWS = 10_000
SEED = 15
VOLUME_ML = 1.0
METRICS = Path("metrics/compare.json")  # of the default


def draw(random: np.random.Generator, runs: int, count: float, run_cv: float) -> np.ndarray:
    """(DRAWS, SAMPLES, 2, runs) counts; the second platform's concentration is RATIO times the first's."""
    expected = count * np.array([1.0, RATIO])[:, None]
    shape = (DRAWS, SAMPLES, 2, runs)
    if run_cv:
        expected = expected * random.gamma(run_cv**-2, run_cv**2, shape)
    return random.poisson(expected, shape)


def pooled_interval(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ends of the 90 % interval of the first sample's ratio, (DRAWS,) each."""
    runs = counts.shape[-1]
    volumes = np.full(runs, VOLUME_ML)
    sides = []
    for platform in range(2):
        found = stacked([moments(counts[:, sample, platform], volumes) for sample in range(counts.shape[1])])
        spread = run_variance_of(found, 0)
        total = counts[:, 0, platform].sum(axis=-1)
        sides.append(rate_of(total, volume_ml=runs * VOLUME_ML, runs=runs, spread=spread))
    first, second = sides
    return ratio_of(first, second)[1:]


def quasi_poisson_interval(counts: np.ndarray, volumes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same by quasi-Poisson regression on the platform with log volume as offset, dispersion at least 1
    (McCullagh and Nelder 1989); `counts` (..., 2, runs) of one sample in `volumes` (2, runs)."""
    totals = counts.sum(axis=-1)
    rates = totals / volumes.sum(axis=-1)
    expected = rates[..., None] * volumes
    freedom = volumes.size - 2
    dispersion = np.maximum(1, ((counts - expected) ** 2 / expected).sum(axis=(-2, -1)) / freedom)
    half = stats.t.ppf(0.95, freedom) * np.sqrt(dispersion * (1 / totals).sum(axis=-1))
    ratio = rates[..., 1] / rates[..., 0]
    return ratio * np.exp(-half), ratio * np.exp(half)


def measure(random: np.random.Generator, runs: int, count: float, run_cv: float) -> dict:
    """Coverage of both intervals and their median half-widths on the log scale."""
    counts = draw(random, runs, count, run_cv)
    counts = counts[(counts[:, 0].sum(axis=-1) > 0).all(axis=-1)]
    found = {"runs": runs, "counts": count, "run_cv": run_cv}
    alone = quasi_poisson_interval(counts[:, 0], np.full((2, runs), VOLUME_ML))
    for name, (low, high) in (("pooled", pooled_interval(counts)), ("quasi_poisson", alone)):
        found[f"coverage_{name}"] = float(((low <= RATIO) & (high >= RATIO)).mean())
        found[f"half_width_{name}"] = float(np.median(np.log(high / low)) / 2)
    return found


def decided_share(metrics: Path) -> float:
    """Of the ratios that a comparison has judged, the share that came out within or outside."""
    told = json.loads(metrics.read_text(encoding="utf-8"))["ratios"]["multiplicity"]
    judged = told["verdicts"] - told.get(NOT_COMPARED, 0)
    return (told.get(WITHIN, 0) + told.get(OUTSIDE, 0)) / judged


def bead_cv_worst(metrics: Path, nominal_um: float = 10.0) -> float:
    """The largest CV of beads of that size among the platforms of a comparison."""
    beads = json.loads(metrics.read_text(encoding="utf-8"))["beads"]
    every = [own for platforms in beads.values() for own in platforms.values()]
    return max(own["cv"] for own in every if own["nominal_um"] == nominal_um)


def farthest(coverage: list[float]) -> float:
    """Of all designs the coverage that departs most from 0.9."""
    return max(coverage, key=lambda share: abs(share - 0.9))


def main() -> None:
    random = np.random.default_rng(SEED)
    designs = [measure(random, *design) for design in product(RUNS, COUNTS, RUN_CV)]
    for design in designs:
        print("  ".join(f"{name} {value:.3g}" for name, value in design.items()))
    classes = [measure_classes(random, *design, DESIGNS) for design in product(OILS, CLASS_RUN_CV)]
    for design in classes:
        print("  ".join(f"{name} {value:.3g}" for name, value in design.items()))
    coverage = [design["coverage_pooled"] for design in designs]
    shares = {
        runs: mean(d["half_width_pooled"] / d["half_width_quasi_poisson"] for d in designs if d["runs"] == runs)
        for runs in RUNS
    }
    figures = {
        "ratio_coverage_90": farthest(coverage),
        "ratio_coverage_90_lowest": min(coverage),
        "ratio_coverage_90_highest": max(coverage),
        # Where quasi-Poisson's few degrees of freedom cost most: two and three runs.
        "half_width_over_quasi_poisson": mean([shares[2], shares[3]]),
        **{f"half_width_over_quasi_poisson_{runs}_runs": share for runs, share in shares.items()},
        "class_count_coverage_90": farthest([design["coverage_count"] for design in classes]),
        "class_ratio_coverage_90": farthest([design["coverage_ratio"] for design in classes]),
        "class_counts_inside_95_default": float(held_against_truth(Path())["inside"].mean()),
        "bead_cv_10um_worst": bead_cv_worst(METRICS),
        "decided_share_default": decided_share(METRICS),
        "designs": len(designs),
        "draws": DRAWS,
        "class_designs": len(classes) * DESIGNS,
    }
    print(figures)
    write_result("comparability", figures, ("numpy", "scipy"), designs=designs, classes=classes)


if __name__ == "__main__":
    main()
