"""How fast the generators are, and how soon they are good: `python -m benchmarks.diffusion [SECTION ...] [REPEATS]`.

Without a section it runs all. Each prints a table of figures beside their targets and puts them into
benchmarks/results/diffusion.json, where those of other sections stay as they are. All alternatives of a section run in
turns in one process; times are medians over REPEATS rounds (5). Sections of quality train on the normalized images of
the project's folder: `dvc repro split` makes them.
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks import diffusion_conditional as conditional
from benchmarks import diffusion_quality as quality
from benchmarks import diffusion_speed as speed
from benchmarks.diffusion_setup import write_rounded
from benchmarks.result import last_result

ROOT = Path(__file__).parents[1]
SECTIONS: dict[str, Callable[[int], Mapping[str, float | None]]] = {
    "train_speedup_same_net": speed.train_speedup_same_net,
    "sample_speedup_same_net": speed.sample_speedup_same_net,
    "train_speedup_default": speed.train_speedup_default,
    "sample_speedup_default": speed.sample_speedup_default,
    "memory_mib": speed.memory_mib,
    "gpu": speed.gpu,
    "steps_to_match": quality.steps_to_match,
    "quality_ratio_default": quality.quality_ratio_default,
    "minutes_to_recognisable": quality.minutes_to_recognisable,
    "conditional": conditional.conditional,
}
TARGETS = {
    "train_speedup_same_net": ">= 1.2",
    "sample_speedup_same_net": ">= 1.3",
    "train_speedup_default": ">= 20",
    "sample_speedup_default": ">= 800",
    "steps_to_match": "<= 20",
    "quality_ratio_default": "<= 0.5",
    "minutes_to_recognisable": "<= 4",
    "memory_mib": "<= 1500",
    "gpu_hours_study_recipe": "<= 1",
}


def main() -> None:
    asked = [word for word in sys.argv[1:] if not word.isdigit()] or list(SECTIONS)
    repeats = next((int(word) for word in sys.argv[1:] if word.isdigit()), 5)
    if unknown := set(asked) - set(SECTIONS):
        sys.exit(f"no section {', '.join(sorted(unknown))}; there are: {', '.join(SECTIONS)}")
    for name in asked:
        print(f"{name}:", flush=True)
        figures = SECTIONS[name](repeats)
        for key, value in figures.items():
            target = f"  (target {TARGETS[key]})" if key in TARGETS else ""
            print(f"{key:44} {'none' if value is None else f'{value:.4g}'}{target}", flush=True)
        last = last_result("diffusion")
        all_repeats = last.get("repeats", {}) | {name: repeats}
        write_rounded("diffusion", last["figures"] | figures, repeats=all_repeats)


if __name__ == "__main__":
    main()
