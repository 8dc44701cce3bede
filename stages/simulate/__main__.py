"""Write the simulated exports and their truth: `python -m stages.simulate`."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from joblib import Parallel, cpu_count, delayed

from stages.common.base.errors import run as run_script
from stages.common.base.files import replacing_folder, write_csv, write_parquet
from stages.common.base.parameters import Block, read_parameters
from stages.common.base.progress import progress
from stages.common.params.simulate import Simulate
from stages.simulate.instrument import flowcam, mfi
from stages.simulate.instrument.measured import Frame, Run, frames_of
from stages.simulate.instrument.particle import RIM_KIND, Scene
from stages.simulate.optics.spheres import SphereTable
from stages.simulate.study import runs_of, sample_sheet, table_of, tables_needed

WRITERS = {"flowcam": flowcam.write, "mfi": mfi.write}
TRUTH = ["run", "frame", "kind", "diameter_um", "partner_um", "flattening", "x_px", "y_px", "z_um", "source_id"]


class Parameters(Block):
    """What this script reads of params.yaml."""

    seed: int
    simulate: Simulate


def simulate_run(run: Run, scene: Scene, folder: Path, seed: int) -> pd.DataFrame:
    """Write one run's folder and return its truth, a row a particle; `source_id` names the exported row it is in."""
    folder.mkdir()
    truths: list[pd.DataFrame] = []

    def frames() -> Iterator[Frame]:
        for frame, bodies in frames_of(run, scene, seed):
            truths.append(bodies)
            yield frame

    names = WRITERS[run.platform.format](run, frames(), folder, seed)
    for truth, exported in zip(truths, names, strict=True):
        truth["source_id"] = [exported[i] if i >= 0 else None for i in truth["found"]]
    return pd.concat(truths).assign(run=run.name)[TRUTH]


def scene_of(settings: Simulate, run: Run, tables: dict[tuple[str, str], SphereTable]) -> Scene:
    """A run's scene, with no table that it doesn't use."""
    used = {*run.sample.per_ml, RIM_KIND}
    own = {kind: table for (name, kind), table in tables.items() if name == run.platform_name and kind in used}
    return Scene(run.platform, settings.kinds, own)


def main() -> None:
    params = read_parameters(Parameters)
    settings = params.simulate
    runs = runs_of(settings)
    needed = tables_needed(settings, runs)
    work = Parallel(n_jobs=cpu_count(), return_as="generator")
    made = work(delayed(table_of)(settings, *each) for each in needed)
    tables = dict(zip(needed, progress(made, "sphere images", total=len(needed)), strict=True))
    with replacing_folder("data/simulated") as folder:
        jobs = (delayed(simulate_run)(r, scene_of(settings, r, tables), folder / r.name, params.seed) for r in runs)
        truth = list(progress(work(jobs), "runs", total=len(runs)))
        write_csv(folder / "samples.csv", sample_sheet(runs))
    write_parquet("data/simulated_truth.parquet", pd.concat(truth, ignore_index=True))


if __name__ == "__main__":
    run_script(main)
