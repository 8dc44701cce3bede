"""How fast a large run is read: `python benchmarks/ingest.py [PARTICLES]` (500,000).

Writes one run in the simulator's FlowCam format by repeating a few hundred particles, then times
- the stage's own work on it, from LZW collages to Parquet,
- the floor: decoding the collages and masks once, and writing the same bytes once,
- a crop loop as scripts have it: for each row open its collage with Pillow, crop, make an array (on a sample of rows).
Peak memory is that of the process that reads.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.ingest_result import write_result  # noqa: E402
from stages.simulate.flowcam import COLUMNS  # noqa: E402

PAGE = (1024, 1280)  # px, height and width of a collage
KINDS = 400  # particles that are drawn; the rest repeats them
CROP_LOOP_ROWS = 300
CONTEXT = "[Software]\nSoftwareName=Simulator\nSoftwareVersion=simulated 1.0\n[Fluid]\nCalibrationConstant=0.5000\n"


def main() -> None:
    particles = int(sys.argv[1]) if len(sys.argv) > 1 else 500_000
    with tempfile.TemporaryDirectory() as folder:
        exports = Path(folder) / "exports"
        collages = write_run(exports / "run", particles)
        seconds, peak_mib = ingest(exports, Path(folder))
        decoding, writing = floor(exports / "run", Path(folder) / "run.parquet")
        loop = crop_loop(exports / "run", particles)
    rate = particles / seconds
    figures = {
        "particles_per_s": round(rate),
        "ratio_vs_crop_loop": round(rate / loop, 1),
        "share_of_floor": round((decoding + writing) / seconds, 3),
        "peak_mib": round(peak_mib),
    }
    print(f"{particles} particles on {collages} collages: {seconds:.1f} s, {rate:.0f} particles/s, {peak_mib:.0f} MiB")
    print(f"floor: decode {decoding:.1f} s + write {writing:.1f} s, {figures['share_of_floor']:.0%} of it reached")
    print(f"crop loop: {loop:.0f} particles/s, {figures['ratio_vs_crop_loop']} times slower")
    write_result("ingest", figures, particles=particles, seconds=round(seconds, 2))


def write_run(folder: Path, particles: int) -> int:
    """A run of round particles, 16 to 40 px, packed on pages; returns the number of pages."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(1)
    kinds = [_particle(random) for _ in range(KINDS)]
    rows, page, x, y, tallest = [], 1, 0, 0, 0
    levels, mask = np.full(PAGE, 0, np.uint8), np.zeros(PAGE, np.uint8)
    for i in range(particles):
        crop, inside = kinds[random.integers(KINDS)]
        height, width = crop.shape
        if x + width > PAGE[1]:
            x, y, tallest = 0, y + tallest + 2, 0
        if y + height > PAGE[0]:
            _save(folder, page, levels, mask)
            levels, mask = np.zeros(PAGE, np.uint8), np.zeros(PAGE, np.uint8)
            page, x, y, tallest = page + 1, 0, 0, 0
        levels[y : y + height, x : x + width] = crop
        mask[y : y + height, x : x + width] = inside * 255
        rows.append(_row(i, page, x, y, crop, int(inside.sum())))
        x, tallest = x + width + 2, max(tallest, height)
    _save(folder, page, levels, mask)
    header = ["017", f"num-fields|{len(COLUMNS)}", *(f"{name}|{kind}" for name, kind in COLUMNS.items())]
    (folder / "run.lst").write_text("\n".join([*header, *rows, ""]), encoding="ascii")
    (folder / "run.ctx").write_text(CONTEXT, encoding="ascii")
    return page


def _particle(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    edge = int(random.integers(16, 41))
    distance = np.hypot(*(np.indices((edge, edge)) - (edge - 1) / 2))
    radius = edge / 2 - 4
    levels = 175 - 90 / (1 + np.exp(distance - radius)) + random.normal(0, 3, (edge, edge))
    return levels.clip(0, 255).astype(np.uint8), distance < radius


def _row(i: int, page: int, x: int, y: int, crop: np.ndarray, area: int) -> str:
    abd = max(2 * np.sqrt(area / np.pi) - 4.5, np.sqrt(area / np.pi)) * 0.5
    known = {
        "id": i + 1,
        "image_x": x,
        "image_y": y,
        "image_w": crop.shape[1],
        "image_h": crop.shape[0],
        "src_x": i % 1000,
        "src_y": i % 700,
        "src_image": i // 10,
        "cal_const": "0.5000",
        "fringe_size": "4.5000",
        "raw_area": f"{area}.0000",
        "abd_diameter": f"{abd:.4f}",
        "intensity": "120.0000",
        "elapsed_time": f"{i / 1000:.4f}",
        "timestamp": "2026-01-15 10:00:00.000",
        "collage_file": f"run_{page:06d}.tif",
        "image_id": f"{i:08X}-0000-4000-8000-000000000000",
    }
    return "|".join(str(known.get(name, "0.0000" if kind == "double" else "0")) for name, kind in COLUMNS.items())


def _save(folder: Path, page: int, levels: np.ndarray, mask: np.ndarray) -> None:
    colour = Image.fromarray(np.repeat(levels[..., None], 3, axis=2))
    colour.save(folder / f"run_{page:06d}.tif", compression="tiff_lzw")
    Image.fromarray(mask).save(folder / f"run_{page:06d}_bin.tif", compression="tiff_lzw")


READING = """
import resource, sys, time
from pathlib import Path
from stages.ingest.runs import ingest_run
from stages.ingest.sheet import SheetRow
row = SheetRow(line=2, run="run", platform="A", sample="s", format="flowcam", path="run", role="unlabelled")
exports, folder = map(Path, sys.argv[1:])
start = time.perf_counter()
outcome = ingest_run(row, {}, exports, folder, folder)
seconds = time.perf_counter() - start
assert outcome.error is None and not outcome.rejects, (outcome.error, outcome.rejects[:3])
print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def ingest(exports: Path, folder: Path) -> tuple[float, float]:
    """Seconds of one run's work in a process of its own, without its start; and the process's peak memory, MiB."""
    command = [sys.executable, "-c", READING, str(exports), str(folder)]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    seconds, peak = map(float, said.split())
    return seconds, peak


def floor(run: Path, written: Path) -> tuple[float, float]:
    """Seconds to decode every collage and mask once, and to write the bytes of the Parquet file once."""
    start = time.perf_counter()
    for path in sorted(run.glob("*.tif")):
        with Image.open(path) as image:
            np.asarray(image)
    decoding = time.perf_counter() - start
    content = written.read_bytes()
    start = time.perf_counter()
    (written.parent / "again").write_bytes(content)
    return decoding, time.perf_counter() - start


def crop_loop(run: Path, particles: int) -> float:
    """Particles/s of a loop over rows that opens the row's collage each time."""
    with (run / "run.lst").open(encoding="ascii") as lines:
        rows = [line.split("|") for line in list(lines)[2 + len(COLUMNS) :]]
    at = {name: i for i, name in enumerate(COLUMNS)}
    step = max(1, particles // CROP_LOOP_ROWS)
    start = time.perf_counter()
    for row in rows[::step]:
        x, y, width, height = (int(row[at[name]]) for name in ("image_x", "image_y", "image_w", "image_h"))
        with Image.open(run / row[at["collage_file"]]) as collage:
            np.asarray(collage.convert("RGB").crop((x, y, x + width, y + height)))
    return len(rows[::step]) / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
