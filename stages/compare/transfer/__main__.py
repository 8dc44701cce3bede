"""What another platform would have counted: `python -m stages.compare.transfer <model> <run or counts.csv>`."""

from functools import partial
from pathlib import Path

import pandas as pd

from stages.common.base.arguments import arguments
from stages.common.base.errors import InputError, run
from stages.compare.measured import read_measured
from stages.compare.transfer.applying import applied
from stages.compare.transfer.file import read_transfers
from stages.compare.transfer.model import Transfer
from stages.compare.transfer.new_counts import read_counts, seen_in_run, seen_in_table

INGESTED = Path("data/ingested")


def of_table(path: str, transfers: list[Transfer]) -> list[pd.DataFrame]:
    """The counted samples of platforms that transfers start from."""
    own = read_counts(path).groupby(["platform", "sample"])
    return [
        applied(transfer, sample, partial(seen_in_table, rows))
        for (platform, sample), rows in own
        for transfer in transfers
        if transfer.first == platform
    ]


def of_run(name: str, transfers: list[Transfer]) -> list[pd.DataFrame]:
    """One ingested run."""
    measured = read_measured(INGESTED)
    if name not in measured.sizes:
        raise InputError(f"{INGESTED}: no run {name!r} with diameters; a table of counts ends with .csv")
    row = measured.runs[measured.runs["run"] == name].iloc[0]
    own = [transfer for transfer in transfers if transfer.first == row["platform"]]
    for transfer in own:
        if transfer.first_diameter != measured.columns[transfer.first]:
            raise InputError(
                f"{name}: its platform is compared by {measured.columns[transfer.first]}, and the transfer was trained "
                f"by {transfer.first_diameter}"
            )
    return [applied(transfer, name, lambda threshold: seen_in_run(measured, name, threshold)) for transfer in own]


def main() -> None:
    model, counted = arguments("stages.compare.transfer", "model", "run or counts.csv")
    file = read_transfers(model)
    found = (of_table if counted.endswith(".csv") else of_run)(counted, file.transfers)
    if not found:
        platforms = sorted({transfer.first for transfer in file.transfers}) or ["no platform"]
        raise InputError(f"{counted}: nothing of a platform that {model} starts from ({', '.join(platforms)})")
    print(f"{file.origin} samples; count: of one run on the other platform, with 90 % of what would be observed")
    table = pd.concat(found, ignore_index=True)
    print(table.dropna(axis=1, how="all").to_string(index=False, na_rep="-", float_format=lambda value: f"{value:.4g}"))


if __name__ == "__main__":
    run(main)
