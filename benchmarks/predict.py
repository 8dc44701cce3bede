"""How fast a run folder is answered: `python -m benchmarks.predict [PARTICLES [MOST]]` (60,000; 500,000), after
`make repro`.

Writes a FlowCam run, then lets `python -m stages.predict` answer it with the packed network of the default
(models/classifier/A), from the folder to the table, the CSV and the page. In the same run: the reading alone, the floor
under all of it; the network alone, from images that are packed already; what scripts do with a folder of single PNGs,
which is to open each with Pillow, resize it with torchvision and ask a ResNet-18 in torch; the same command with a
packed ResNet-18 in float32 and in int8, and what int8 costs it in macro recall; with a ResNet-50 of fresh weights; the
processor's float32 peak, by a matrix product; and the memory of a run of MOST particles. Particles are drawn round
ones, so times are told, no scores.
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
from benchmarks.predict_networks import int8_loss, pack_fresh, pack_resnet18
from benchmarks.result import write_result
from stages.common.base.threads import cores
from stages.predict.folders.given import Given
from stages.predict.folders.run import open_run
from stages.predict.model.model import read_model

ROOT = Path(__file__).parents[1]
MODEL = ROOT / "models/classifier/A"
PARTICLES = 60_000
ROUNDS = 3
PNGS, PNG_BATCH = 512, 32  # of the plain loop
ASKED_PER_MIN = 35_000  # images that the sources ask for
PACKED = 8_192  # images that a network alone is timed on
SLOW_SHARE = 10  # of the particles, one in so many is what ResNets are timed on
MOST = 500_000
VERSIONS = ("torch", "onnxruntime", "numba")

ANSWERING = """
import sys
sys.path.insert(0, sys.argv[1])
from benchmarks.memory import peak_mib
from stages.predict.__main__ import main
main(sys.argv[2:])
print(peak_mib())
"""


def answered(run: Path, out: Path, model: Path = MODEL) -> tuple[float, float]:
    """Seconds of the whole command, Python's start and imports included, and its peak memory in MiB."""
    command = [sys.executable, "-c", ANSWERING, str(ROOT), str(run), "--model", str(model), "--out", str(out)]
    start = time.perf_counter()
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return time.perf_counter() - start, float(said.split()[-1])


def packed_per_s(model: Path) -> float:
    """Images/s of the network alone, from images that are packed already."""
    images = np.random.default_rng(1).integers(0, 256, (PACKED, 64, 64), np.uint8)
    network = read_model(model).network
    start = time.perf_counter()
    network.answers(images)
    return PACKED / (time.perf_counter() - start)


def peak_gflops() -> float:
    """Of a product of float32 matrices on one core."""
    torch.set_num_threads(1)
    matrix = torch.ones(1024, 1024)
    matrix @ matrix
    start = time.perf_counter()
    for _ in range(20):
        matrix @ matrix
    return 20 * 2 * 1024**3 / (time.perf_counter() - start) / 1e9


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


def resnet_rates(folder: Path, particles: int) -> dict[str, float]:
    """Images/min from a run folder to its answer: of ResNet-18 in float32 and in int8, with the interval of what int8
    costs, and of a fresh ResNet-50."""
    models = dict(zip(("resnet18", "resnet18_int8"), pack_resnet18(folder), strict=True))
    loss, low, high = int8_loss(*models.values())
    models["resnet50"] = pack_fresh(folder, "resnet50")
    write_run(folder / "run", particles)
    rates = {}
    for name, model in models.items():
        seconds = [answered(folder / "run", folder / f"out-{name}-{number}", model)[0] for number in range(ROUNDS)]
        rates[f"images_per_min_{name}"] = round(60 * particles / statistics.median(seconds))
        rates[f"packed_per_min_{name}"] = round(60 * packed_per_s(model))
    return rates | {"int8_loss": round(loss, 2), "int8_loss_low": round(low, 2), "int8_loss_high": round(high, 2)}


def memory_of(folder: Path, particles: int) -> float:
    write_run(folder / "run", particles)
    return answered(folder / "run", folder / "out")[1]


def main() -> None:
    given = [int(word) for word in sys.argv[1:]]
    particles, most = [*given, *(PARTICLES, MOST)[len(given) :]]
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
            rounds[-1] |= {"packed": packed_per_s(MODEL)}
            print(f"round {number + 1}", {name: round(value, 2) for name, value in rounds[-1].items()}, flush=True)
        (slow := Path(folder) / "slow").mkdir()
        slow_rates = resnet_rates(slow, particles // SLOW_SHARE)
        (large := Path(folder) / "large").mkdir()
        peak_of_most = memory_of(large, most)
    per_s = particles / statistics.median(each["answer"] for each in rounds)
    figures = {
        "images_per_min_light": round(60 * per_s),
        "times_what_is_asked": round(60 * per_s / ASKED_PER_MIN, 1),
        "packed_per_min_light": round(60 * statistics.median(each["packed"] for each in rounds)),
        **slow_rates,
        "ratio_vs_torch_png": round(statistics.median(particles / each["answer"] / each["pngs"] for each in rounds), 1),
        "share_of_reading_floor": round(statistics.median(each["read"] / each["answer"] for each in rounds), 3),
        "peak_mib": round(max(each["peak"] for each in rounds)),
        f"peak_mib_{most}": round(peak_of_most),
        "same_bytes": float(len(digests) == 1),
        "float32_peak_gflops_a_core": round(peak_gflops(), 1),
    }
    for name, value in figures.items():
        print(f"{name:28}{value:>12}")
    manifest = read_model(MODEL).manifest
    write_result("predict_speed", figures, VERSIONS, particles=particles, network=manifest.network)


if __name__ == "__main__":
    main()
