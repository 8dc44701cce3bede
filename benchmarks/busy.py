"""How a training gets on beside other programs, and whether cores and threads change its bytes: `python -m
benchmarks.busy [ROUNDS]` (7).

- busy_share: images/s of the default training beside one busy process for each core, over those of an idle machine; a
  fair share is 0.5.
- train_speedup_over_two_threads: the default training against the same steps with the whole batch on two OpenMP
  threads, idle, in turns. busy_share_two_threads: how the latter gets on beside busy processes.
- same_bytes_any_threads: 1 if a short training, sampling and a cell of the classifiers' grid give the same bytes with
  OMP_NUM_THREADS 1 and 2, on one core and on all.

Every alternative trains in a process of its own that waits while another one is timed.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import torch

from benchmarks.diffusion_setup import ROOT, default, noise_images, plan_of, write_rounded
from stages.classify.data.images import Images
from stages.classify.training.cell import Task, train_cell
from stages.classify.training.grid import cells_of
from stages.common.base import errors
from stages.common.base.threads import cores, in_order, one_thread
from stages.common.unfinished.fingerprint import of_bytes
from stages.diffusion.model.folding import folded
from stages.diffusion.model.sample import Generator, images
from stages.diffusion.training.gradient import whole
from stages.diffusion.training.step import Plan, Run, start, train_step

SECONDS = 4.0  # of each timing
SHARDED, TWO_THREADS = "sharded", "two_threads"
CPU = torch.device("cpu")


def default_training() -> tuple[Run, Plan]:
    diffusion = default().diffusion
    plan = plan_of(diffusion, noise_images(120))
    return start(plan, diffusion.network, CPU), plan


def serve(how: str) -> None:
    """Train as long as each line of the standard input says, and answer with images/s."""
    if how == SHARDED:
        one_thread()
    else:
        torch.set_num_threads(2)
    run, plan = default_training()
    if how == TWO_THREADS:
        run.learn = lambda network, batch, seed: whole(network, batch, plan.settings)
    train_step(run, plan)
    for line in sys.stdin:
        begun, before = time.perf_counter(), run.step
        while time.perf_counter() - begun < float(line):
            train_step(run, plan)
        print((run.step - before) * plan.settings.batch / (time.perf_counter() - begun), flush=True)


class Training:
    """A process that trains when asked to."""

    def __init__(self, how: str, stack: ExitStack):
        # What a user has set doesn't count, nor does what this process has set for itself.
        environment = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
        command = [sys.executable, "-m", "benchmarks.busy", how]
        pipe = subprocess.PIPE
        self.process = stack.enter_context(
            subprocess.Popen(command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, text=True)
        )
        stack.callback(self.process.kill)

    def images_per_second(self) -> float:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{SECONDS}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


@contextmanager
def busy_cores() -> Iterator[None]:
    """One process for each core that does nothing but compute."""
    processes = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(cores())]
    try:
        time.sleep(0.5)
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def speeds(rounds: int) -> dict[str, float]:
    """Medians over rounds, in each of which every training is timed idle and busy."""
    found: dict[str, list[float]] = {}
    with ExitStack() as stack:
        trainings = {how: Training(how, stack) for how in (SHARDED, TWO_THREADS)}
        for training in trainings.values():
            training.images_per_second()  # warms up
        for number in range(rounds):
            for how, training in trainings.items():
                found.setdefault(f"idle {how}", []).append(training.images_per_second())
            with busy_cores():
                for how, training in trainings.items():
                    found.setdefault(f"busy {how}", []).append(training.images_per_second())
            print(f"round {number + 1}", {name: round(rates[-1], 1) for name, rates in found.items()}, flush=True)
    return {name: statistics.median(rates) for name, rates in found.items()}


def results() -> None:
    """Print a digest of a short training's weights, of images that they draw, and of a trained cell."""
    run, plan = default_training()
    for _ in range(4):
        train_step(run, plan)
    weights = torch.cat([weight.detach().flatten() for weight in run.network.parameters()]).numpy()
    scale = plan.scales["benchmark"]
    generator = Generator(folded(run.average), plan.process, scale, plan.edge, plan.settings.precision)
    sampler = default().diffusion.sampler
    parts = [list(range(begin, begin + 8)) for begin in range(0, 32, 8)]
    drawn = list(in_order(lambda seeds: images(generator, seeds, sampler.name, sampler.steps), parts, cores()))
    print(of_bytes(weights.tobytes(), *(part.tobytes() for part in drawn), cell_bytes()))


def cell_bytes() -> bytes:
    """The weights of a small cell of the grid."""
    params = default()
    architecture, how = next(iter(params.classify.architectures.items()))
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "images.npy", noise_images(64))
        known = Images((f"{folder}/images.npy",), np.zeros(64, int), np.arange(64), np.arange(64) % 3)
        task = Task(
            architecture=architecture,
            classes=params.classes.names,
            training=known,
            selection=known,
            mean=127.5,
            sd=73.0,
            settings=how.training.model_copy(update={"images": 64}),
            methods=[],
            seed=1,
            folder=Path(folder),
        )
        cell = cells_of(how.grid, 1)[0]
        train_cell(task, cell)
        return task.weights_of(cell).read_bytes()


def same_bytes() -> int:
    found = set()
    allowed = os.sched_getaffinity(0)
    for used in ({min(allowed)}, allowed):
        for count in ("1", "2"):
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.busy", "results"],
                cwd=ROOT,
                env=os.environ | {"OMP_NUM_THREADS": count},
                preexec_fn=partial(os.sched_setaffinity, 0, used),
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
            print(f"{len(used)} core(s), OMP_NUM_THREADS={count}: {done.stdout.strip()}", flush=True)
            found.add(done.stdout)
    return int(len(found) == 1)


def main() -> None:
    word = sys.argv[1] if len(sys.argv) > 1 else "7"
    if word in (SHARDED, TWO_THREADS):
        serve(word)
    elif word == "results":
        errors.run(results)
    else:
        same = same_bytes()
        rates = speeds(int(word))
        figures = {
            "busy_share": rates[f"busy {SHARDED}"] / rates[f"idle {SHARDED}"],
            "busy_share_two_threads": rates[f"busy {TWO_THREADS}"] / rates[f"idle {TWO_THREADS}"],
            "train_speedup_over_two_threads": rates[f"idle {SHARDED}"] / rates[f"idle {TWO_THREADS}"],
            "same_bytes_any_threads": same,
        }
        for name, value in figures.items():
            print(f"{name:32} {value:8.3g}")
        write_rounded("busy", figures, images_per_s={name: round(rate, 1) for name, rate in rates.items()})


if __name__ == "__main__":
    main()
