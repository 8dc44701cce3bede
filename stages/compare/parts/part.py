"""What a part of the comparison gives."""

from dataclasses import dataclass, field
from math import inf

import pandas as pd
from matplotlib.figure import Figure

FEW_PLATFORMS = "fewer than two platforms report diameters; a comparison needs two"


@dataclass
class Part:
    """Numbers, pictures and tables; `skipped` says why there are none or not all, `notes` what to know of those that
    are there."""

    numbers: dict = field(default_factory=dict)
    pictures: dict[str, Figure] = field(default_factory=dict)
    skipped: str | None = None
    notes: list[str] = field(default_factory=list)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)


def stated(entry: dict) -> dict:
    """Without what is not known (None and NaN) and without ends that are nowhere (infinity), so that a metrics file
    holds numbers only: an interval without `high` has no upper end."""
    nowhere = (None, inf, -inf)
    return {name: value for name, value in entry.items() if value not in nowhere and value == value}
