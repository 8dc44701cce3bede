"""Write the simulated exports and their truth: `python -m stages.simulate`."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from joblib import Parallel, cpu_count, delayed

from stages.common.errors import run as run_script
from stages.common.files import replacing_folder, write_csv, write_parquet
from stages.common.params import load
from stages.common.progress import progress
from stages.simulate import flowcam, mfi
from stages.simulate.bodies import SPHERES
from stages.simulate.measured import Frame, Run, frames_of
from stages.simulate.spheres import SphereTable
from stages.simulate.study import runs_of, sample_sheet, sphere_table_of

WRITERS = {"flowcam": flowcam.write, "mfi": mfi.write}
TRUTH = ["run", "frame", "kind", "diameter_um", "partner_um", "x_px", "y_px", "z_um", "source_id"]


def simulate_run(run: Run, table: SphereTable | None, folder: Path, seed: int) -> pd.DataFrame:
    """Write one run's folder and return its truth, a row a particle; `source_id` names the exported row it is in."""
    folder.mkdir()
    truths: list[pd.DataFrame] = []

    def frames() -> Iterator[Frame]:
        for frame, bodies in frames_of(run, table, seed):
            truths.append(bodies)
            yield frame

    names = WRITERS[run.platform.format](run, frames(), folder, seed)
    for truth, exported in zip(truths, names, strict=True):
        truth["source_id"] = [exported[i] if i >= 0 else None for i in truth["found"]]
    return pd.concat(truths).assign(run=run.name, kind=run.sample.kind)[TRUTH]


def main() -> None:
    params = load()
    runs = runs_of(params.simulate)
    needed = sorted({(r.platform_name, r.sample.kind) for r in runs if r.sample.kind in SPHERES})
    work = Parallel(n_jobs=cpu_count(), return_as="generator")
    jobs = (delayed(sphere_table_of)(params.simulate.platforms[name], kind) for name, kind in needed)
    tables = dict(zip(needed, progress(work(jobs), "sphere images", total=len(needed)), strict=True))
    with replacing_folder("data/simulated") as folder:
        jobs = (
            delayed(simulate_run)(r, tables.get((r.platform_name, r.sample.kind)), folder / r.name, params.seed)
            for r in runs
        )
        truth = list(progress(work(jobs), "runs", total=len(runs)))
        write_csv(folder / "samples.csv", sample_sheet(runs))
    write_parquet("data/simulated_truth.parquet", pd.concat(truth, ignore_index=True))


if __name__ == "__main__":
    run_script(main)
