"""Is the simulator right, does it look right, and how fast is it? `python -m benchmarks.simulate [SECTION ...]`.

agreement   the renderers against the slow reference (its named alternative), every class, 2 to 40 um, +-40 um
looks       a thousand exported particles of each class against published statistics
speed       protein and minority runs written to disk by two processes, and what the study's 523,000 would take
Without a section all three are run; what is not run keeps its last figures.
"""

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from joblib import Parallel, delayed

from benchmarks.memory import peak_mib
from benchmarks.result import last_result, write_result
from benchmarks.simulate_agreement import agreement
from benchmarks.simulate_looks import PUBLISHED, statistics
from stages.common.params.whole import read_all
from stages.simulate.__main__ import scene_of, simulate_run
from stages.simulate.study import runs_of, table_of, tables_needed

ROOT = Path(__file__).parents[1]
KINDS = ["silicone_oil", "air_bubble", "bead", "protein", "glass", "cellulose", "rubber"]
SIZES_UM = [2.0, 5.0, 10.0, 20.0, 40.0]
LOOKED_AT = 1000
RUNS, FRAMES = 4, 1000
STUDY = {"protein": 520_000, "silicone_oil": 1_500, "air_bubble": 1_500}
CORES = 2


def main() -> None:
    sections = sys.argv[1:] or list(SECTIONS)
    figures = last_result("simulate")["figures"]
    settings = read_all(ROOT / "params.yaml").simulate
    for section in sections:
        prefixes, run = SECTIONS[section]
        figures = {key: value for key, value in figures.items() if not key.startswith(prefixes)} | run(settings)
    write_result("simulate", figures, ("numpy", "scipy", "pandas", "pillow", "miepython"))


def agreement_section(settings) -> dict:
    """Seconds of the reference and of the renderer aren't compared: one makes nine planes from one passage."""
    jobs = [(kind, size) for size in reversed(SIZES_UM) for kind in KINDS]
    work = Parallel(n_jobs=CORES, return_as="generator")
    found = [image for images in work(delayed(agreement)(settings, "A", *job) for job in jobs) for image in images]
    threshold = settings.platforms["A"].threshold_light
    seen = [image for image in found if image["departure"] > threshold]
    print(f"{len(found)} images, {len(seen)} of them depart from the background by more than {threshold:g} levels")
    figures = {"correlation_min": min(image["r"] for image in seen)}
    figures["correlation_min_of_all"] = min(image["r"] for image in found)
    for kind in KINDS:
        own = [image for image in seen if image["kind"] == kind]
        worst = min(own, key=lambda image: image["r"])
        figures[f"correlation_min_{kind}"] = worst["r"]
        print(f"{kind:13} {worst['r']:.3f} at {worst['diameter_um']:g} um, z {worst['z_um']:g} um ({len(own)} images)")
    return {key: round(float(value), 4) for key, value in figures.items()}


def looks_section(settings) -> dict:
    values = statistics(settings, _tables(settings, ("protein", "air_bubble", "silicone_oil")), LOOKED_AT, seed=1)
    figures: dict[str, float | bool | None] = {}
    print(f"{'class':13} {'statistic':20} {'here':>8} {'published':>10}   quartiles")
    for (kind, name), (told, low, high) in PUBLISHED.items():
        value = round(values[kind, name], 2)
        inside = None if low is None or high is None else low <= value <= high
        figures |= {
            f"looks_{kind}_{name}_value": value,
            f"looks_{kind}_{name}_published": told,
            f"looks_{kind}_{name}_low": low,
            f"looks_{kind}_{name}_high": high,
            f"looks_{kind}_{name}_inside": inside,
        }
        quartiles = "not noted" if low is None else f"{low:g} to {high:g}: {'inside' if inside else 'OUTSIDE'}"
        print(f"{kind:13} {name:20} {value:8.2f} {told:10.2f}   {quartiles}")
    return figures


def speed_section(settings) -> dict:
    """Exported particles/s of each class, two processes, tables made before; memory is the larger process's peak."""
    tables = _tables(settings, tuple(STUDY))
    minutes, peak, rates = 0.0, 0.0, {}
    with tempfile.TemporaryDirectory() as folder:
        for kind, many in STUDY.items():
            first = next(run for run in runs_of(settings) if run.platform_name == "A" and run.sample_name == kind)
            runs = [replace(first, name=f"{kind}-{i}", frames=FRAMES) for i in range(RUNS)]
            start = time.perf_counter()
            done = Parallel(n_jobs=CORES)(
                delayed(_exported)(run, scene_of(settings, run, tables), Path(folder) / run.name) for run in runs
            )
            count = sum(exported for exported, _ in done)
            peak = max(peak, *(mib for _, mib in done))
            rates[kind] = count / (time.perf_counter() - start)
            minutes += many / rates[kind] / 60
            print(
                f"{kind:13} {count} exported, {rates[kind]:.0f} a second; {many} take {many / rates[kind] / 60:.1f} min"
            )
    print(f"523,000 particles: {minutes:.1f} min; peak memory of a process {peak:.0f} MiB")
    return {
        "particles_per_s": round(rates["protein"], 1),
        "minutes_for_523000": round(minutes, 2),
        "peak_mib": round(peak),
    }


def _exported(run, scene, folder: Path) -> tuple[int, float]:
    """Exported particles of a run, and the peak memory of the process that wrote it, MiB."""
    count = simulate_run(run, scene, folder, seed=1)["source_id"].nunique()
    return count, peak_mib()


def _tables(settings, names: tuple[str, ...]) -> dict:
    runs = [run for run in runs_of(settings) if run.platform_name == "A" and run.sample_name in names]
    needed = tables_needed(settings, runs)
    return dict(zip(needed, Parallel(n_jobs=CORES)(delayed(table_of)(settings, *each) for each in needed), strict=True))


SECTIONS = {
    "agreement": (("correlation",), agreement_section),
    "looks": (("looks",), looks_section),
    "speed": (("particles_per_s", "minutes_for", "peak"), speed_section),
}

if __name__ == "__main__":
    main()
