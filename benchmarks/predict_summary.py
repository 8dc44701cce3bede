"""What answers are worth, in one file: `python -m benchmarks.predict_summary` gathers what other benchmarks found.

benchmarks/results/predict.json holds each figure with the result that it stands in. What wasn't measured is null.
"""

import json

from benchmarks.result import RESULTS, last_result

SOURCES = {
    "predict_speed": (
        "images_per_min_light",
        "images_per_min_resnet18",
        "images_per_min_resnet18_int8",
        "images_per_min_resnet50",
        "ratio_vs_torch_png",
        "share_of_reading_floor",
        "int8_loss_low",
        "peak_mib_500000",
        "same_bytes",
    ),
    "light": ("light_minus_resnet18_low", "light_minus_resnet18_real_low"),
    "predict_counts": (
        "ece",
        "conformal_worst_class",
        "abstention_worst_error",
        "class_count_coverage_90",
        "count_rmse_over_plain_rare",
    ),
    "predict_unknown": ("run_alarm_false", "runs_false", "run_alarm_beads"),
    "predict_robustness": ("ramp_loss_points",),
}


def main() -> None:
    results = {source: last_result(source) for source in SOURCES}
    figures = {name: results[source]["figures"].get(name) for source, names in SOURCES.items() for name in names}
    for name, value in figures.items():
        print(f"{name:32} {value}")
    about = {
        source: {
            "figures": list(names),
            **{key: results[source].get(key) for key in ("network", "machine", "versions")},
        }
        for source, names in SOURCES.items()
    }
    content = {"figures": figures, "sources": about}
    (RESULTS / "predict.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
