"""Are corrected class counts right, and do their intervals hold? `python -m benchmarks.predict_counts [NETWORK]`.

Takes a network of the pipeline's run (a folder below models/classifiers; default: the one that was packed), simulates
further runs of each class, and makes samples of known composition of their particles: what is known of the network
comes from as many runs as the default's selection split has, one of each class, or from three, drawn anew for every
sample, and never from a run that the sample has particles of. The same is done with the study's own selection and
validation particles, and with normal scores that shift from run to run. Truth is the label of the run that a particle
comes from. Takes some minutes on one core; simulated runs are kept for the next time.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.predict_counts_doubt import doubts
from benchmarks.predict_counts_limits import by_size, detections, replicates
from benchmarks.predict_counts_methods import METHODS
from benchmarks.predict_counts_pool import score_model, simulated_pool, study_pool
from benchmarks.predict_counts_samples import known_of, trials
from benchmarks.predict_study import packed_network
from benchmarks.result import write_result
from stages.classify.evaluating.predict import read_classifier
from stages.common.base.seeds import random_of
from stages.common.params.whole import read_all

SAMPLES = 400
BOOTSTRAPPED = 40  # of them, for the intervals of other methods
DRAWS = 40  # of what is known, for calibration, sets and abstention
ESTIMATES = ("plain", *METHODS, "likelihood")
PACKAGES = ("numpy", "scipy", "pandas", "onnxruntime")


def main() -> None:
    params = read_all()
    name = sys.argv[1] if len(sys.argv) > 1 else packed_network()
    network = Path("models/classifiers") / name / "model.onnx"
    about = read_classifier(network)
    pool = simulated_pool(network, about.classes, about.platform)
    known = known_of(study_pool(network, about.classes, about.platform, "selection"))
    judged = study_pool(network, about.classes, about.platform, "validation")

    def random(of: str) -> np.random.Generator:
        return random_of(params.seed, "predict_counts", of)

    samples = {
        "one known run of each class": _table(trials(pool, 1, SAMPLES, random("one"), boots=BOOTSTRAPPED)),
        "three known runs of each class": _table(trials(pool, 3, SAMPLES, random("three"))),
        "the study's selection and validation": _table(trials(judged, 0, SAMPLES // 2, random("study"), fixed=known)),
        "a score model": _table(_of_score_models(SAMPLES // 2, random("scores"))),
    }
    tables = {
        "coverage": pd.concat([coverage(rows, design) for design, rows in samples.items()]),
        "errors_where_rare": pd.concat([errors(rows, design) for design, rows in samples.items()]),
        "other_intervals": others(samples["one known run of each class"]),
        "detection": detection(_table(detections(pool, 1, SAMPLES // 4, random("limits")))),
        "by_size": _shares(by_size(pool, 1, SAMPLES // 4, random("sizes")), ["at_least_um", "class"]),
        "replicates": _shares(replicates(pool, 1, SAMPLES // 4, random("replicates")), ["class"]),
        "doubt": pd.DataFrame(
            [
                _doubt(doubts(pool, 1, DRAWS, random("doubt")), len(pool), "one known run of each class"),
                _doubt(doubts(pool, 3, DRAWS, random("doubts")), len(pool), "three known runs of each class"),
                _doubt(doubts(judged, 0, 1, random("own"), known), len(pool), "the study's selection and validation"),
            ]
        ),
    }
    for title, table in tables.items():
        print(f"\n{title}\n{table.to_string(index=False, float_format='%.4g')}", flush=True)
    figures = {key: round(float(value), 4) for key, value in figures_of(tables).items()}
    print(figures)
    records = {title: table.to_dict("records") for title, table in tables.items()}
    write_result("predict_counts", figures, PACKAGES, network=name, data="simulated", samples=SAMPLES, **records)


def _table(rows) -> pd.DataFrame:
    return pd.DataFrame(list(rows))


def _of_score_models(samples: int, random: np.random.Generator):
    """Each sample from runs of its own."""
    for number in range(samples // 4):
        for row in trials(score_model(random), 1, 4, random):
            yield row | {"sample": 4 * number + row["sample"]}


def coverage(rows: pd.DataFrame, design: str) -> pd.DataFrame:
    """How often the intervals hold the expected number, by class; over all samples, and of each kind."""
    by = rows.groupby("class")
    found = by.agg(covers=("covers", "mean"), covers_95=("covers_95", "mean"), width=("width", "mean")).reset_index()
    kinds = rows.pivot_table(index="class", columns="kind", values="covers").reset_index(drop=True)
    return pd.concat([found, kinds], axis=1).assign(design=design, samples=rows["sample"].nunique())


def errors(rows: pd.DataFrame, design: str) -> pd.DataFrame:
    """Root mean square errors against the particles that were there, of classes that make up less than a hundredth."""
    rare = rows[rows["rare"]]
    found = {name: np.sqrt(((rare[name] - rare["there"]) ** 2).groupby(rare["class"]).mean()) for name in ESTIMATES}
    together = {name: np.sqrt(((rare[name] - rare["there"]) ** 2).mean()) for name in ESTIMATES}
    table = pd.DataFrame(found).reset_index()
    return pd.concat([table, pd.DataFrame([{"class": "all"} | together])]).assign(design=design)


def others(rows: pd.DataFrame) -> pd.DataFrame:
    """Coverage and mean width of bootstrapped intervals beside those of the likelihood, on the same samples."""
    same = rows[rows["sample"] < BOOTSTRAPPED]
    return pd.DataFrame(
        [
            {
                "method": name,
                "class": number,
                "covers": own[f"covers{end}"].astype(bool).mean(),
                "width": own[f"width{end}"].mean(),
            }
            for name, end in {"likelihood": "", **{name: f"_{name}" for name in METHODS}}.items()
            for number, own in same.groupby("class")
        ]
    )


def detection(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.groupby("class")[["limit", "false", "found"]].mean().reset_index()


def _shares(rows, by: list[str]) -> pd.DataFrame:
    return _table(rows).drop(columns="sample").groupby(by).mean().reset_index()


def _doubt(rows: list[dict], classes: int, design: str) -> dict:
    """Means over the draws; the error of answers is that of all of them together."""
    table = pd.DataFrame(rows)
    errors = {
        f"error_{number}": table[f"wrong_{number}"].sum() / max(1, table[f"given_{number}"].sum())
        for number in range(classes)
    }
    counted = [f"{what}_{number}" for what in ("wrong", "given") for number in range(classes)]
    return {"design": design} | table.drop(columns=counted).mean().to_dict() | errors


def figures_of(tables: dict[str, pd.DataFrame]) -> dict[str, float]:
    """What the tables come to, for the default's design: one known run of each class."""
    one = {
        name: table[table["design"] == "one known run of each class"]
        for name, table in tables.items()
        if "design" in table
    }
    cover = one["coverage"]["covers"]
    rare = one["errors_where_rare"].set_index("class").loc["all"]
    doubt = one["doubt"].iloc[0]
    covered = doubt.filter(regex=r"^covered_\d")
    farthest = float(covered.iloc[int((covered - 0.95).abs().argmax())])
    return {
        "class_count_coverage_90": cover.iloc[int((cover - 0.9).abs().argmax())],
        "class_count_coverage_90_least": tables["coverage"]["covers"].min(),
        "count_rmse_over_plain_rare": rare["likelihood"] / rare["plain"],
        "count_rmse_over_plain_rare_expectation": rare["expectation"] / rare["plain"],
        "count_rmse_over_plain_rare_inversion": rare["inversion"] / rare["plain"],
        "false_detections": tables["detection"]["false"].max(),
        "found_at_limit": tables["detection"]["found"].min(),
        "ece": doubt["calibration_error"],
        "ece_with_chance": doubt["calibration_error_with_chance"],
        "conformal_worst_class": farthest,
        "abstention_worst_error": doubt.filter(regex=r"^error_\d").max(),
    }


if __name__ == "__main__":
    main()
