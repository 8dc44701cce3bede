"""Whether data were measured or simulated, so that every result made from them can say so."""

from collections.abc import Iterable

import pandas as pd

MEASURED, SIMULATED, MIXED = "measured", "simulated", "partly simulated"


def origin_of(table: pd.DataFrame) -> str:
    """ "measured", "simulated" or "partly simulated", by the table's boolean column `simulated`."""
    if table["simulated"].all() and len(table):
        return SIMULATED
    return MIXED if table["simulated"].any() else MEASURED


def origin_of_all(origins: Iterable[str]) -> str:
    """Of results taken together: their common origin, or "partly simulated" where they have several."""
    different = set(origins)
    return different.pop() if len(different) == 1 else MIXED


def title(text: str, origin: str) -> str:
    """A picture's title, marked unless every particle in it was measured.

    >>> title("silicone_oil: training", SIMULATED)
    'silicone_oil: training (simulated data)'
    """
    return text if origin == MEASURED else f"{text} ({origin} data)"
