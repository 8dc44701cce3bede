"""How fast a run folder is answered: `python -m benchmarks.predict [PARTICLES]`.

Writes a FlowCam run, then lets `python -m stages.predict` answer it with the packed network of the default
(models/classifier), from the folder to the table, the CSV and the page. In the same run: the reading alone, the floor
under all of it; and what scripts do with a folder of single PNGs, which is to open each with Pillow, resize it with
torchvision and ask a ResNet-18 in torch. Particles are drawn round ones, so only times are told, no scores.
"""

import hashlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torchvision.models import resnet18
from torchvision.transforms.functional import center_crop, pil_to_tensor, resize

from benchmarks.ingest import write_run
from benchmarks.result import write_result
from stages.common.base.threads import cores
from stages.predict.folders.given import Given
from stages.predict.folders.run import open_run
from stages.predict.model.model import read_model

ROOT = Path(__file__).parents[1]
MODEL = ROOT / "models/classifier"
PARTICLES = 60_000
ROUNDS = 3
PNGS, PNG_BATCH = 512, 32  # of the plain loop
ASKED_PER_MIN = 35_000  # images that the sources ask for

ANSWERING = """
import sys
sys.path.insert(0, sys.argv[1])
from benchmarks.memory import peak_mib
from stages.predict.__main__ import main
main(sys.argv[2:])
print(peak_mib())
"""


def answered(run: Path, out: Path) -> tuple[float, float]:
    """Seconds of the whole command, Python's start and imports included, and its peak memory in MiB."""
    command = [sys.executable, "-c", ANSWERING, str(ROOT), str(run), "--model", str(MODEL), "--out", str(out)]
    start = time.perf_counter()
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return time.perf_counter() - start, float(said.split()[-1])


def reading_seconds(run: Path) -> float:
    """Of reading, cutting and normalizing, without asking anything of a network."""
    manifest = read_model(MODEL).manifest
    start = time.perf_counter()
    deque(open_run(run, "run", Given(), manifest.normalize, manifest.seed).parts(), maxlen=0)
    return time.perf_counter() - start


def png_loop(folder: Path) -> float:
    """Images/s of a plain loop over single PNGs by ResNet-18 in torch, on as many threads as there are cores."""
    torch.set_num_threads(cores())
    random = np.random.default_rng(1)
    for number in range(PNGS):
        size = random.integers(16, 41, 2)
        Image.fromarray(random.integers(0, 256, size, np.uint8)).save(folder / f"{number}.png")
    network = resnet18(num_classes=3).eval()
    paths = sorted(folder.glob("*.png"))
    start = time.perf_counter()
    with torch.inference_mode():
        for first in range(0, PNGS, PNG_BATCH):
            batch = [_opened(path) for path in paths[first : first + PNG_BATCH]]
            network(torch.stack(batch)).softmax(1).argmax(1)
    return PNGS / (time.perf_counter() - start)


def _opened(path: Path) -> torch.Tensor:
    with Image.open(path) as image:
        pixels = pil_to_tensor(image.convert("RGB"))
    return center_crop(resize(pixels, [64], antialias=True), [64]).float() / 255


def digest_of(out: Path) -> str:
    """Of the table of particles and of the counts."""
    content = [(out / "run" / name).read_bytes() for name in ("particles.parquet", "counts.csv")]
    return hashlib.sha256(b"".join(content)).hexdigest()


def main() -> None:
    particles = int(sys.argv[1]) if len(sys.argv) > 1 else PARTICLES
    rounds: list[dict[str, float]] = []
    digests = set()
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        write_run(run, particles)
        for number in range(ROUNDS):
            pngs, out = Path(folder) / f"pngs-{number}", Path(folder) / f"out-{number}"
            pngs.mkdir()
            seconds, peak = answered(run, out)
            digests.add(digest_of(out))
            rounds.append({"answer": seconds, "peak": peak, "read": reading_seconds(run), "pngs": png_loop(pngs)})
            print(f"round {number + 1}", {name: round(value, 2) for name, value in rounds[-1].items()}, flush=True)
    per_s = particles / statistics.median(each["answer"] for each in rounds)
    figures = {
        "images_per_min_light": round(60 * per_s),
        "times_what_is_asked": round(60 * per_s / ASKED_PER_MIN, 1),
        "ratio_vs_torch_png": round(statistics.median(particles / each["answer"] / each["pngs"] for each in rounds), 1),
        "share_of_reading_floor": round(statistics.median(each["read"] / each["answer"] for each in rounds), 3),
        "peak_mib": round(max(each["peak"] for each in rounds)),
        "same_bytes": float(len(digests) == 1),
    }
    for name, value in figures.items():
        print(f"{name:26}{value:>12}")
    manifest = read_model(MODEL).manifest
    write_result("predict", figures, ("torch", "onnxruntime", "numba"), particles=particles, network=manifest.network)


if __name__ == "__main__":
    main()
