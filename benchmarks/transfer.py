"""How honest and how narrow the prediction of another platform's counts is: `python -m benchmarks.transfer`.

Designs of two numerical instruments: each gives a diameter another by its own curve, blurs it, and misses some
particles. Beads make the map of sizes; some samples train the transfer, and others that it has not seen are predicted.
Samples differ in concentration, in how steeply their counts fall with size, in contrast (which moves the sizes that
the second instrument reports) and in how many of them it finds. On the same counts stand what is done without a model:
the mean ratio of counts at the same size, a straight line through concentrations, and bootstraps of the fitted ratio.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from benchmarks.result import write_result
from stages.compare.transfer.count import LEVEL
from stages.compare.transfer.model import FEWEST_COUNTS
from stages.compare.transfer.predicting import outside, predict
from stages.compare.transfer.size_map import SizeMap
from stages.compare.transfer.slope import FACTOR
from stages.compare.transfer.training import Pair, Runs, threshold_of

DESIGNS = 400
SAMPLES = (4, 6, 8)  # that train
NEW = 6  # that are predicted
RUNS = 3  # of each sample on each platform
THRESHOLDS_UM = np.array([2.0, 5.0, 10.0])
BEADS_UM = [1.5, 3.0, 5.0, 10.0, 15.0, 25.0]
BEADS = 400  # measured of each size
SMALLEST_UM = 1.0  # of the true diameters
COUNTS = (1_500.0, 30_000.0)  # expected of true 2 um and more, in all runs on one platform
RUN_CV = 0.06
RESAMPLES = 400
SEED = 15
BLUR, BLUR_SHARE = np.polynomial.hermite_e.hermegauss(31)


@dataclass(frozen=True)
class Instrument:
    """Reported diameter: scale d^power + offset, blurred by `cv`; `found`: share of particles."""

    scale: float
    power: float
    offset_um: float
    cv: float
    found: float

    def report(self, random: np.random.Generator, sizes_um: np.ndarray) -> np.ndarray:
        blur = np.exp(self.cv * random.standard_normal(sizes_um.shape))
        return (self.scale * sizes_um**self.power + self.offset_um) * blur

    def share_beyond(self, sizes_um: np.ndarray, slope: float, moved: float) -> np.ndarray:
        """Of particles whose number falls as d**-slope, and whose sizes the sample moves: the share that is reported
        beyond each of `sizes_um`, the blur integrated by Gauss and Hermite."""
        unblurred = np.maximum(sizes_um[:, None] * np.exp(-self.cv * BLUR) - self.offset_um, 1e-9)
        true = (unblurred / self.scale) ** (1 / self.power) / np.exp(moved)
        return self.found * np.minimum(1, (true / SMALLEST_UM) ** -slope) @ BLUR_SHARE / BLUR_SHARE.sum()

    def counts(
        self, random: np.random.Generator, sizes_um: np.ndarray, expected: float, slope: float, moved: float
    ) -> np.ndarray:
        """(RUNS, sizes) counts beyond each size: Poisson between neighbouring ones, in runs that differ."""
        order = np.argsort(-sizes_um)
        between = np.diff(self.share_beyond(sizes_um[order], slope, moved), prepend=0)
        runs = random.gamma(RUN_CV**-2, RUN_CV**2, RUNS) * expected / RUNS
        beyond = np.empty((RUNS, len(sizes_um)), int)
        beyond[:, order] = random.poisson(runs[:, None] * between).cumsum(axis=1)
        return beyond


FIRST = Instrument(scale=1.05, power=1.0, offset_um=0.3, cv=0.06, found=1.0)
SECOND = Instrument(scale=0.9, power=1.02, offset_um=0.0, cv=0.10, found=0.85)


@dataclass(frozen=True)
class Truth:
    """How samples differ: slopes between two bounds; standard deviations of the logarithms of what the second
    instrument finds and of the sizes that it reports, the latter around `size_mean`; Student's with 3 degrees of
    freedom and the same standard deviation where `heavy`."""

    slopes: tuple[float, float] = (1.5, 3.5)
    count_sd: float = 0.08
    size_mean: float = -0.04
    size_sd: float = 0.03
    heavy: bool = False

    def effect(self, random: np.random.Generator) -> float:
        return random.standard_t(3) / np.sqrt(3) if self.heavy else random.standard_normal()


VARIED = Truth()
TRUTHS = {
    "varied": VARIED,
    "heavy": replace(VARIED, heavy=True),
    "double": replace(VARIED, count_sd=2 * VARIED.count_sd, size_sd=2 * VARIED.size_sd),
    "equal": replace(VARIED, slopes=(2.5, 2.5)),
}


@dataclass(frozen=True)
class Sample:
    """What both instruments counted, (RUNS, thresholds): `first` from g(d), `beyond` from FACTOR g(d), `same` from d
    on, the first's; `second` from d on."""

    first: np.ndarray
    beyond: np.ndarray
    same: np.ndarray
    second: np.ndarray

    def pair(self, name: str, place: int) -> Pair:
        """As the transfer takes it, from the threshold at `place`, every run 1 mL."""
        volumes = np.ones(RUNS), np.ones(RUNS), np.full(RUNS, name)
        first = np.stack([self.first[:, place], self.beyond[:, place]], axis=1)
        return Pair(name, Runs(first, *volumes), Runs(self.second[:, [place]], *volumes))


def draw_sizes(random: np.random.Generator) -> np.ndarray:
    """g at each threshold, from beads that were measured."""
    medians = [
        [float(np.median(own.report(random, np.full(BEADS, size)))) for size in BEADS_UM] for own in (FIRST, SECOND)
    ]
    size_map = SizeMap(nominal_um=BEADS_UM, first_um=medians[0], second_um=medians[1])
    return np.array([size_map.first_of(size) for size in THRESHOLDS_UM])


def draw_sample(random: np.random.Generator, first_um: np.ndarray, truth: Truth) -> Sample:
    slope = random.uniform(*truth.slopes)
    expected = np.exp(random.uniform(*np.log(COUNTS))) * (THRESHOLDS_UM[0] / SMALLEST_UM) ** slope
    moved = truth.size_mean + truth.size_sd * truth.effect(random)
    found = np.exp(truth.count_sd * truth.effect(random))
    sizes = np.concatenate([first_um, FACTOR * first_um, THRESHOLDS_UM])
    at_corresponding, farther, at_thresholds = np.split(FIRST.counts(random, sizes, expected, slope, 0.0), 3, axis=1)
    return Sample(
        at_corresponding, farther, at_thresholds, SECOND.counts(random, THRESHOLDS_UM, expected * found, slope, moved)
    )


def bootstrapped(random: np.random.Generator, pairs: list[Pair], new: Pair) -> dict[str, np.ndarray]:
    """Ends of the intervals of two bootstraps of the fitted ratio at corresponding sizes: counts drawn anew (Poisson),
    and whole samples drawn anew."""
    first = np.array([pair.seen.count for pair in pairs], float)
    second = np.array([pair.second_count for pair in pairs], float)
    shape = (RESAMPLES, len(pairs))
    ratios = random.poisson(second, shape).sum(axis=1) / random.poisson(first, shape).sum(axis=1)
    chosen = random.integers(len(pairs), size=shape)
    drawn = {
        "poisson": ratios * random.poisson(new.seen.count, RESAMPLES),
        "by_sample": np.exp(np.log(second / first)[chosen].mean(axis=1)) * new.seen.count,
    }
    return {name: np.quantile(counts, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]) for name, counts in drawn.items()}


def without_model(training: list[Sample], new: Sample, place: int) -> dict[str, float]:
    """Counts told by the mean ratio at the same size, and by a straight line through the training samples' counts, at
    least half a particle."""
    first, second = (
        np.array([getattr(s, side)[:, place].sum() for s in training], float) for side in ("same", "second")
    )
    count = new.same[:, place].sum()
    slope, intercept = np.polyfit(first, second, 1)
    return {
        "ratio": max(0.5, np.exp(np.log(second / np.maximum(first, 0.5)).mean()) * count),
        "linear": max(0.5, slope * count + intercept),
    }


def measure(design: int, truth: Truth) -> list[dict]:
    """One row for each number of training samples, threshold and new sample that can be predicted."""
    random = np.random.default_rng([SEED, design])
    first_um = draw_sizes(random)
    samples = [draw_sample(random, first_um, truth) for _ in range(max(SAMPLES) + NEW)]
    rows = []
    for trained in SAMPLES:
        for place, size in enumerate(THRESHOLDS_UM):
            pairs = [sample.pair(str(number), place) for number, sample in enumerate(samples)]
            try:
                threshold = threshold_of(pairs[:trained], first_um[place], size)
            except ValueError:
                continue
            for sample, new in zip(samples[-NEW:], pairs[-NEW:], strict=True):
                if new.seen.count >= FEWEST_COUNTS:
                    found = predict(threshold, new.seen, float(RUNS), RUNS)
                    row = {"samples": trained, "size_um": size, "refused": outside(threshold, new.seen) is not None}
                    observed = new.second_count
                    row |= {"covered": found.low <= observed <= found.high, "width": found.high / max(0.5, found.low)}
                    for name, (low, high) in bootstrapped(random, pairs[:trained], new).items():
                        row[f"covered_{name}"] = low <= observed <= high
                    told = {"transfer": found.expected} | without_model(samples[:trained], sample, place)
                    row |= {f"error_{name}": np.log(max(0.5, observed) / count) for name, count in told.items()}
                    rows.append(row)
    return rows


def summary(rows: pd.DataFrame) -> dict:
    """Coverage and width of what is not refused; errors of all new samples, root mean squares on the log scale."""
    kept = rows[~rows["refused"]]
    errors = {name: float(np.sqrt((rows[name] ** 2).mean())) for name in rows if name.startswith("error_")}
    return {
        "predicted": len(rows),
        "refused": float(rows["refused"].mean()),
        "coverage": float(kept["covered"].mean()),
        "coverage_refused_too": float(rows["covered"].mean()),
        "coverage_poisson_bootstrap": float(kept["covered_poisson"].mean()),
        "coverage_bootstrap_by_sample": float(kept["covered_by_sample"].mean()),
        "width": float(kept["width"].median()),
        **errors,
    }


def main() -> None:
    tables = {
        name: pd.DataFrame([row for design in range(DESIGNS) for row in measure(design, truth)])
        for name, truth in TRUTHS.items()
    }
    cells = [
        {"truth": name, "samples": samples, "size_um": size, **summary(rows)}
        for name, table in tables.items()
        for (samples, size), rows in table.groupby(["samples", "size_um"])
    ]
    for cell in cells:
        print(
            "  ".join(f"{key} {value:.3g}" if isinstance(value, float) else str(value) for key, value in cell.items())
        )
    varied, equal = summary(tables["varied"]), summary(tables["equal"])
    by_samples = {count: summary(rows) for count, rows in tables["varied"].groupby("samples")}
    own = [cell["coverage"] for cell in cells if cell["truth"] == "varied"]
    heavy = [cell["coverage"] for cell in cells if cell["truth"] == "heavy"]
    figures = {
        **{f"coverage_90_s{count}": found["coverage"] for count, found in by_samples.items()},
        # Of each number of samples at each size the lowest and the highest.
        "coverage_90_lowest": min(own),
        "coverage_90_highest": max(own),
        "coverage_90_heavy": summary(tables["heavy"])["coverage"],
        "coverage_90_heavy_lowest": min(heavy),
        "coverage_90_heavy_highest": max(heavy),
        "coverage_90_double": summary(tables["double"])["coverage"],
        "coverage_naive": varied["coverage_poisson_bootstrap"],
        "coverage_naive_by_sample": varied["coverage_bootstrap_by_sample"],
        "designs": DESIGNS,
        "refused_share": varied["refused"],
        "error_over_ratio": varied["error_transfer"] / varied["error_ratio"],
        "error_over_ratio_equal_slopes": equal["error_transfer"] / equal["error_ratio"],
        "error_over_linear": varied["error_transfer"] / varied["error_linear"],
        **{f"width_s{count}": found["width"] for count, found in by_samples.items()},
    }
    print(figures)
    write_result("transfer", figures, ("numpy", "scipy"), cells=cells)


if __name__ == "__main__":
    main()
