"""Is the light network as good as ResNet-18? `python -m benchmarks.light [SEEDS]` (3), after `make repro`.

Both learn the same images as params.yaml and params/resnet18.yaml say, and call the same held-out particles; nothing is
chosen here. Folds are by run: of six on the simulated platform A, two at a time are held out, and of the three labelled
runs of ../shared/data/flowcam_labelled one. Differences of macro recall, light minus ResNet-18, in points, with 95 %
intervals for runs like these (stages.classify.table.paired), over seeds; and CPU seconds of a training.
"""

import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import joblib
import numpy as np
import pandas as pd

from benchmarks.diffusion_setup import ROOT, write_rounded
from stages.classify.data.images import Images, mean_and_sd, of_particles
from stages.classify.table.paired import macro_recall_difference
from stages.classify.training.fit import Recipe, Scale, fit, probabilities
from stages.classify.training.grid import Cell, cells_of
from stages.common.base.threads import cores, one_thread
from stages.common.confusion import confusion, recalls
from stages.common.draw import draw
from stages.common.params.classify import Architecture
from stages.common.params.whole import Params, read_all
from stages.common.scale import write_scale

LABELLED = ROOT.parent / "shared/data/flowcam_labelled"
FOLDS = 3
NETWORKS = ("light", "resnet18")


@dataclass(frozen=True)
class Study:
    """Particles of one platform, and how many images of each class a network learns, None: all."""

    folder: Path
    platform: str
    counts: dict[str, int | None]

    def folds(self, seed: int) -> list[tuple[Images, Images]]:
        """Training and held-out images. A fold holds out every FOLDS-th run of each class."""
        splits = pd.read_parquet(self.folder / "data/splits.parquet")
        splits = splits[(splits["platform"] == self.platform) & splits["class"].isin(self.counts)]
        place = splits.groupby("class")["run"].transform(lambda runs: pd.factorize(runs, sort=True)[0]) % FOLDS
        return [
            (self._drawn(splits[place != fold], seed), self._images(splits[place == fold])) for fold in range(FOLDS)
        ]

    def _drawn(self, rest: pd.DataFrame, seed: int) -> Images:
        rest = rest.assign(split="train")
        drawn = [draw(rest, label, self.platform, "train", count, seed) for label, count in self.counts.items()]
        return self._images(pd.concat(drawn))

    def _images(self, particles: pd.DataFrame) -> Images:
        return of_particles(particles, list(self.counts), self.folder.resolve())

    def runs(self, held_out: Images) -> np.ndarray:
        """The run of each image."""
        return np.array(held_out.paths)[held_out.array]


def scaled(scale: str) -> Params:
    """The default with `scale` over it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "params.yaml"
        path.write_text((ROOT / "params.yaml").read_text(encoding="utf-8"), encoding="utf-8")
        write_scale(ROOT / f"params/{scale}.yaml", path)
        return read_all(path)


def read_labelled(folder: Path) -> None:
    """Read, normalize and split the labelled runs as params/real-example.yaml says, in `folder`."""
    for name in ("stages", "samples"):
        (folder / name).symlink_to(ROOT / name)
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    (folder / "params.yaml").write_text(text, encoding="utf-8")
    write_scale(ROOT / "params/real-example.yaml", folder / "params.yaml")
    text = (folder / "params.yaml").read_text(encoding="utf-8")
    text = text.replace("../shared/data/flowcam_labelled", LABELLED.as_posix())
    (folder / "params.yaml").write_text(text, encoding="utf-8")
    for stage in ("ingest", "normalize", "split"):
        subprocess.run([sys.executable, "-m", f"stages.{stage}"], cwd=folder, check=True)


def called(
    name: str, how: Architecture, cell: Cell, training: Images, held_out: Images, classes: int, seed: int
) -> tuple[np.ndarray, float]:
    """The classes that a network trained on `training` calls those `held_out`, and the training's CPU seconds."""
    one_thread()
    scale, begun = Scale(*mean_and_sd(training)), time.process_time()
    network, _ = fit(cell, Recipe(name, how.training), classes, training, scale, seed)
    spent = time.process_time() - begun
    return probabilities(network, held_out, scale, how.training.precision).argmax(axis=1), spent


def compared(study: Study, hows: dict[str, Architecture], seeds: int, seed: int) -> dict:
    """Both networks on all folds, laid side by side: the difference, and what each reached and cost."""
    folds = study.folds(seed)
    jobs = {
        (name, repeat, fold): joblib.delayed(called)(
            name, how, cells_of(how.grid, seeds)[repeat], *folds[fold], len(study.counts), seed
        )
        for name, how in hows.items()
        for repeat in range(seeds)
        for fold in range(FOLDS)
    }
    with joblib.parallel_config(backend="loky", inner_max_num_threads=1):
        found = dict(zip(jobs, joblib.Parallel(n_jobs=cores(), batch_size=1)(jobs.values()), strict=True))
    label = np.concatenate([held_out.label for _, held_out in folds])
    run = np.concatenate([study.runs(held_out) for _, held_out in folds])
    answers = {
        name: np.stack([np.concatenate([found[name, n, fold][0] for fold in range(FOLDS)]) for n in range(seeds)])
        for name in hows
    }
    difference = macro_recall_difference(label, run, *(answers[name] == label for name in NETWORKS))
    return {
        "particles": np.bincount(label).tolist(),
        "runs": len(np.unique(run)),
        "difference": {key: value for key, value in difference.items() if key != "over_runs"},
        "over_runs": difference["over_runs"],
        **{
            name: {
                "macro_recall": [float(recalls(confusion(label, one, len(study.counts))).mean()) for one in each],
                "cpu_seconds": float(np.median([found[key][1] for key in found if key[0] == name])),
            }
            for name, each in answers.items()
        },
    }


def main() -> None:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    default, before = read_all(ROOT / "params.yaml"), scaled("resnet18")
    hows = {"light": default.classify.architectures["light"], "resnet18": before.classify.architectures["resnet18"]}
    counts = default.assemble.real["real-1"].real(default.classes)
    results = {"simulated": compared(Study(ROOT, "A", dict(counts)), hows, seeds, default.seed)}
    print(results["simulated"], flush=True)
    if LABELLED.is_dir():
        with tempfile.TemporaryDirectory() as folder:
            read_labelled(Path(folder))
            classes = dict.fromkeys(scaled("real-example").classes.names)
            results["real"] = compared(Study(Path(folder), "FlowCam", classes), hows, seeds, default.seed)
        print(results["real"], flush=True)
    figures = {}
    for name, suffix in (("simulated", ""), ("real", "_real")):
        if name in results:
            figures[f"light_minus_resnet18{suffix}"] = 100 * results[name]["difference"]["value"]
            figures[f"light_minus_resnet18{suffix}_low"] = 100 * results[name]["over_runs"]["low"]
    for name, value in figures.items():
        print(f"{name:32} {value:8.3f}")
    write_rounded("light", figures, seeds=seeds, studies=results)


if __name__ == "__main__":
    main()
