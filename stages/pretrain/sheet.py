"""Let the generator take all instruments' particles for one platform's: `python -m stages.pretrain.sheet <folder>`."""

from pathlib import Path

import pandas as pd

from stages.common.base.arguments import arguments
from stages.common.base.errors import run
from stages.common.base.files import write_csv

PLATFORM = "instruments"


def main() -> None:
    (folder,) = arguments("stages.pretrain.sheet", "folder")
    sheet = pd.read_csv(Path(folder) / "data/simulated/samples.csv")
    write_csv(Path(folder) / "data/samples.csv", sheet.assign(platform=PLATFORM))


if __name__ == "__main__":
    run(main)
