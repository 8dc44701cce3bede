"""Let each platform's own network call the particles of its parallel samples: `python -m stages.compare.calling`.

And every network those of known class of every platform, in pictures as they are and with the contrast matched.
"""

from pathlib import Path

import pandas as pd

from stages.common.base.errors import run
from stages.common.base.files import replacing_folder, write_parquet
from stages.common.base.parameters import Block, read_parameters
from stages.common.base.progress import progress
from stages.common.params.compare import Compare
from stages.compare.calling.crossing import crossed_calls
from stages.compare.calling.network import Network
from stages.compare.calling.particles import called_particles

TRAINED = Path("models/classifiers")
OUT = Path("data/called")
CROSSED = Path("data/crossed.parquet")


class Parameters(Block):
    """What this script reads of params.yaml."""

    compare: Compare


def main() -> None:
    networks = read_parameters(Parameters).compare.networks
    runs, splits = pd.read_parquet("data/ingested/runs.parquet"), pd.read_parquet("data/splits.parquet")
    opened = {platform: Network(TRAINED / name / "model.onnx") for platform, name in sorted(networks.items())}
    with replacing_folder(OUT) as folder:
        for platform, network in progress(opened.items(), "call, platforms", total=len(opened)):
            write_parquet(folder / f"{platform}.parquet", called_particles(runs, splits, platform, network))
    write_parquet(CROSSED, crossed_calls(opened, splits))


if __name__ == "__main__":
    run(main)
