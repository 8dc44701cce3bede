"""Do the intervals of the judgement hold what they promise? `python -m benchmarks.judgement [DRAWS]` (2,000).

Draws experiments whose truth is known and counts how often the 95 % intervals of stages.classify hold it, beside the
percentile bootstrap of the same draws. Where the pipeline has run on simulated data, it also holds the ceilings of
precision that the classifiers' label-error candidates give against those of the simulator's truth.
"""

import sys

import numpy as np
import pandas as pd

from benchmarks.judgement_labels import ceilings
from benchmarks.judgement_precision import precision_coverage
from benchmarks.judgement_runs import average_precision_coverage, difference_coverage, recall_coverage
from benchmarks.judgement_seeds import seeds_coverage
from benchmarks.result import write_result

DRAWS = 2000
NEGATIVES = 827  # of the default study
PACKAGES = ("numpy", "pandas", "scipy", "statsmodels")


def shown(title: str, rows: list[dict]) -> pd.DataFrame:
    """The rows as a table, printed under its title."""
    table = pd.DataFrame(rows)
    print(f"\n{title}\n{table.to_string(index=False, float_format='%.4g')}", flush=True)
    return table


def main() -> None:
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else DRAWS
    random = np.random.default_rng(0)
    precision = shown("Precision at one in a thousand", precision_coverage(draws, random))
    recall = shown("Recall in runs like these", recall_coverage(draws, random))
    difference = shown(
        "Macro recall, difference of two classifiers in runs like these", difference_coverage(draws, random)
    )
    average = shown("Average precision over runs", average_precision_coverage(draws // 10, random))
    seeds = shown("Gain by generated images: three seeds of the classifier", seeds_coverage(draws, random))
    rarest = precision[(precision["negatives"] == NEGATIVES) & (precision["false_alarm_rate"] == 0.0003)]
    # An intra-run correlation of 0.05, recalls that err often enough for a few runs to show it.
    typical = recall[(recall["correlation"] == 0.05) & (recall["recall"] <= 0.95)]
    figures = {
        "precision_coverage_min": precision["coverage"].min(),
        "precision_coverage_rarest": rarest["coverage"].min(),
        "precision_bootstrap_coverage_rarest": rarest["bootstrap"].min(),
        "recall_over_runs_coverage_min": typical["coverage"].min(),
        "recall_over_runs_bootstrap_coverage_min": typical["bootstrap"].min(),
        "recall_over_runs_wilson_coverage_min": typical["wilson"].min(),
        "recall_over_runs_coverage_min_anywhere": recall["coverage"].min(),
        "difference_over_runs_coverage_min": difference["coverage"].min(),
        "difference_over_runs_bootstrap_coverage_min": difference["bootstrap"].min(),
        "average_precision_coverage_min": average["coverage"].min(),
        "average_precision_bootstrap_coverage_min": average["bootstrap"].min(),
        "one_generator_coverage": seeds.loc[seeds["generators"] == 1, "coverage"].min(),
        "three_generators_coverage": seeds.loc[seeds["generators"] == 3, "coverage"].min(),
    }
    tables = {"precision": precision, "recall": recall, "difference": difference, "average": average, "seeds": seeds}
    if labels := ceilings():
        tables["labels"] = shown("Ceilings of precision at a rare prevalence that labels set (simulated)", labels)
    figures = {name: round(float(value), 4) for name, value in figures.items()}
    write_result(
        "judgement", figures, PACKAGES, draws=draws, **{name: each.to_dict("records") for name, each in tables.items()}
    )


if __name__ == "__main__":
    main()
