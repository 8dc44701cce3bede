"""What the benchmarks of the generators have in common: the two recipes, and works that are timed in turns."""

import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch

from benchmarks.result import write_result
from stages.common.device import best_device
from stages.common.params.diffusion import Diffusion
from stages.common.params.whole import Params, read_all
from stages.common.scale import write_scale
from stages.diffusion.model.grey import GreyScale
from stages.diffusion.model.process import build
from stages.diffusion.training.step import Plan, together

ROOT = Path(__file__).parents[1]


def default() -> Params:
    return read_all(ROOT / "params.yaml")


def study() -> Params:
    """The default with the study's scale over it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "params.yaml"
        path.write_text((ROOT / "params.yaml").read_text(encoding="utf-8"), encoding="utf-8")
        write_scale(ROOT / "params/paper.yaml", path)
        return read_all(path)


def budget(params: Params, label: str) -> tuple[int, int]:
    """Training images of a class, at most, and epochs of the generator that draws it."""
    return params.diffusion.generator.of(label)


def noise_images(count: int) -> np.ndarray:
    """For timing alone."""
    return np.random.default_rng(0).integers(0, 255, (count, 64, 64), dtype=np.uint8)


def plan_of(
    settings: Diffusion, images: np.ndarray | dict[str, np.ndarray], epochs: int = 1000, seed: int = 1, **training
) -> Plan:
    """A training of `settings` on `images` of one class or by class, with single settings of the block `training`
    changed."""
    by_class = images if isinstance(images, dict) else {"benchmark": images}
    learnt, labels = together(by_class)
    return Plan(
        name="benchmark",
        scales={
            label: GreyScale.of(mine, settings.process.standardize, settings.process.asinh_softening)
            for label, mine in by_class.items()
        },
        images=learnt,
        labels=labels,
        held_out=learnt[:0],
        held_out_labels=labels[:0],
        process=build(settings.process),
        settings=settings.training.model_copy(update=training),
        epochs=epochs,
        sample_epochs=[epochs],
        seed=seed,
    )


def timed_in_turns(works: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Median seconds of each work. Every round runs each once, so a busy moment of the machine hits them alike."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for round_number in range(repeats + 1):
        for name, work in works.items():
            begun = time.perf_counter()
            work()
            if best_device().type == "cuda":
                torch.cuda.synchronize()
            if round_number:  # the first one sets things up
                seconds[name].append(time.perf_counter() - begun)
    medians = {name: statistics.median(spent) for name, spent in seconds.items()}
    for name, median in medians.items():
        print(f"  {name:44} {median:9.3f} s", flush=True)
    return medians


def write_rounded(name: str, figures: Mapping[str, float | None], **more: object) -> None:
    """Write benchmarks/results/<name>.json, figures with four significant digits."""
    rounded = {key: value if value is None else float(f"{value:.4g}") for key, value in sorted(figures.items())}
    write_result(name, rounded, ("torch", "numpy"), **more)
