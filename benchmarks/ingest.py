"""How fast a large run is read, and in how much memory: `python -m benchmarks.ingest [PARTICLES]` (500,000).

Writes one run in the simulator's FlowCam format by repeating a few hundred particles, then three times in turn times
- the stage on it, from LZW collages to Parquet, in a process of its own without its start,
- the floor: decoding all collages and masks alone, by the stage's own decoder and in as many threads, and writing the
  bytes of its Parquet file alone; besides, the same with plain Pillow (np.asarray of the opened image),
- loops as scripts have them, over the first collages: rows in order, each collage kept open while its rows last, each
  row cropped with Pillow and made an array; and the same with each crop saved as a PNG file.
Figures are medians. The ratio is to the loop that saves its crops, as the stage does. Peak memory is that of the
process that reads and of the largest that it starts; that of a fifth of the particles stands beside it.

What keeps the share of the floor below a half (processor time, 60,000 particles): decoding is 36 % of it; making the
particle table, parsing the list, cutting crops and counting masks, and compressing the Parquet file are 8 to 10 %
each; reading and digesting files 3 %; the contact sheet 2 %; start, parameters and copies the rest. Cutting in a
compiled loop (numba) took three times as long as slices do, besides a second to load it, and the particles' names in
one string as long as one by one. Without cutting, parsing, the table and compression altogether the share would be
0.57.
"""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import yaml
from PIL import Image

from benchmarks.result import write_result
from stages.reading.exports.files.ahead import THREADS
from stages.reading.exports.files.images import decode
from stages.simulate.instrument.flowcam import COLUMNS

ROOT = Path(__file__).parents[1]
PAGE = (1024, 1280)  # px, height and width of a collage
KINDS = 400  # particles that are drawn; the rest repeats them
ROUNDS = 3
LOOP_ROWS = 4000
PIXEL_UM, FRINGE_PX = 0.5, 4.5
CONTEXT = "[Software]\nSoftwareName=Simulator\nSoftwareVersion=simulated 1.0\n[Fluid]\nCalibrationConstant=0.5000\n"
SHEET = "run,platform,sample,format,path,role\nrun,A,s,flowcam,run,unlabelled\n"


def main() -> None:
    particles = int(sys.argv[1]) if len(sys.argv) > 1 else 500_000
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small", Path(folder) / "large"
        write_workspace(small, particles // 5)
        collages = write_workspace(large, particles)
        _, small_mib = stage(small)
        rounds = [measured(large, particles) for _ in range(ROUNDS)]
    median = {name: statistics.median(found[name] for found in rounds) for name in rounds[0]}
    rate = particles / median["stage"]
    figures = {
        "particles_per_s": round(rate),
        "ratio_vs_crop_loop": round(rate / median["saving loop"], 1),
        "share_of_floor": share_of_floor(rounds, "decode"),
        "peak_mib": round(max(one["peak"] for one in rounds)),
    }
    peaks = f"{figures['peak_mib']} MiB ({small_mib:.0f} MiB at {particles // 5})"
    print(f"{particles} particles on {collages} collages: {median['stage']:.1f} s, {rate:.0f} particles/s, {peaks}")
    for name in ("decode", "plain decode"):
        reached = f"{share_of_floor(rounds, name):.0%} of it reached"
        print(f"floor: {name} {median[name]:.2f} s + write {median['write']:.2f} s, {reached}")
    for loop in ("loop", "saving loop"):
        print(f"{loop}: {median[loop]:.0f} particles/s, {rate / median[loop]:.1f} times slower")
    write_result(
        "ingest",
        figures,
        ("numpy", "pandas", "pillow", "pyarrow"),
        particles=particles,
        rounds=ROUNDS,
        seconds=round(median["stage"], 2),
        floor_seconds={name: round(median[name], 2) for name in ("decode", "plain decode", "write")},
        share_of_floor_with_plain_decode=share_of_floor(rounds, "plain decode"),
        ratio_vs_crop_loop_without_saving=round(rate / median["loop"], 1),
        peak_mib_at_a_fifth=round(small_mib),
        cpu_seconds=round(median["cpu"], 2),
    )


def measured(workspace: Path, particles: int) -> dict[str, float]:
    """One round: seconds of the stage (and of its processors), of the parts of the floor, particles/s of the loops."""
    (seconds, cpu), peak = stage(workspace)
    run = workspace / "exports/run"
    written = workspace / "data/ingested/run.parquet"
    return {
        "stage": seconds,
        "cpu": cpu,
        "peak": peak,
        "decode": decode_seconds(run, lambda path: decode(path.read_bytes())),
        "plain decode": decode_seconds(run, lambda path: np.asarray(Image.open(path))),
        "write": write_seconds(written),
        "loop": crop_loop(run, None),
        "saving loop": crop_loop(run, workspace / "crops"),
    }


def write_workspace(folder: Path, particles: int) -> int:
    """The project's parameters, a sheet and a run; returns the number of its collages."""
    collages = write_run(folder / "exports/run", particles)
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    params["ingest"] |= {"exports": "exports", "sheet": "sheet.csv", "labels": None, "relabelled": None}
    (folder / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    (folder / "sheet.csv").write_text(SHEET, encoding="utf-8")
    return collages


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
    abd, across = _um(2 * np.sqrt(area / np.pi)), float(max(crop.shape) - 8)
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
        **dict.fromkeys(["raw_feret_max", "raw_feret_min", "raw_feret_mean"], f"{across:.4f}"),
        **dict.fromkeys(["length", "width", "esd_diameter"], f"{_um(across):.4f}"),
        "intensity": "120.0000",
        "elapsed_time": f"{i / 1000:.4f}",
        "timestamp": "2026-01-15 10:00:00.000",
        "collage_file": f"run_{page:06d}.tif",
        "image_id": f"{i:08X}-0000-4000-8000-000000000000",
    }
    return "|".join(str(known.get(name, "0.0000" if kind == "double" else "0")) for name, kind in COLUMNS.items())


def _um(px: float) -> float:
    return max(px - FRINGE_PX, px / 2, 1) * PIXEL_UM


def _save(folder: Path, page: int, levels: np.ndarray, mask: np.ndarray) -> None:
    colour = Image.fromarray(np.repeat(levels[..., None], 3, axis=2))
    colour.save(folder / f"run_{page:06d}.tif", compression="tiff_lzw")
    Image.fromarray(mask).save(folder / f"run_{page:06d}_bin.tif", compression="tiff_lzw")


READING = """
import json, resource, sys, time
sys.path.insert(0, sys.argv[1])
from benchmarks.memory import peak_mib
from stages.ingest.__main__ import main
start, busy = time.perf_counter(), time.process_time()
main()
seconds = time.perf_counter() - start, time.process_time() - busy
peak = peak_mib() + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(json.dumps([seconds, peak]))
"""


def stage(workspace: Path) -> tuple[tuple[float, float], float]:
    """Seconds by the clock and of the processors that the stage takes in a new process, and its peak memory, MiB."""
    for name in ("data", "metrics", "plots", ".scratch"):
        shutil.rmtree(workspace / name, ignore_errors=True)
    command = [sys.executable, "-c", READING, str(ROOT)]
    said = subprocess.run(command, cwd=workspace, check=True, capture_output=True, text=True).stdout
    counted = json.loads((workspace / "metrics/ingest.json").read_text(encoding="utf-8"))
    assert counted["rejected"] == counted["warnings"] == 0, counted
    seconds, peak = json.loads(said)
    return seconds, peak


def share_of_floor(rounds: list[dict[str, float]], decoding: str) -> float:
    return round(statistics.median((one[decoding] + one["write"]) / one["stage"] for one in rounds), 3)


def decode_seconds(run: Path, load: Callable[[Path], np.ndarray]) -> float:
    """Seconds to decode every collage and mask once."""
    start = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as threads:
        deque(threads.map(lambda path: load(path).size, sorted(run.glob("*.tif"))), maxlen=0)
    return time.perf_counter() - start


def write_seconds(written: Path) -> float:
    """Seconds to write the bytes of a file once more."""
    content = written.read_bytes()
    start = time.perf_counter()
    (written.parent.parent / "again").write_bytes(content)
    return time.perf_counter() - start


def crop_loop(run: Path, crops: Path | None) -> float:
    """Particles/s of a loop over the first rows; it saves each crop in the folder `crops`, or none."""
    at = {name: i for i, name in enumerate(COLUMNS)}
    if crops:
        shutil.rmtree(crops, ignore_errors=True)
        crops.mkdir()
    start = time.perf_counter()
    collage, opened, done = Image.new("RGB", (0, 0)), "", 0
    with (run / "run.lst").open(encoding="ascii") as lines:
        for _ in range(2 + len(COLUMNS)):
            next(lines)
        for line in lines:
            row = line.split("|")
            name = row[at["collage_file"]]
            if name != opened and done >= LOOP_ROWS:  # whole collages only
                break
            if name != opened:
                collage, opened = Image.open(run / name), name
            x, y, width, height = (int(row[at[key]]) for key in ("image_x", "image_y", "image_w", "image_h"))
            crop = collage.crop((x, y, x + width, y + height))
            np.asarray(crop)
            if crops:
                crop.save(crops / f"{done}.png")
            done += 1
    return done / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
