"""Blanks: what the diluent holds, and the concentration that can be told from it."""

import numpy as np
import pandas as pd

from stages.compare.rate import Blank, Rate

Z_95 = 1.645  # one-sided


def blank_of(rows: pd.DataFrame) -> Blank | None:
    """From one row a blank run of one platform and range; None where an imaged volume is not known.

    Half a particle more makes the variance that of a gamma posterior under Jeffreys' prior, so that no particle isn't
    taken for certainty. Runs that differ by more than counting widen it by their dispersion.
    """
    if rows["imaged_ml"].isna().any():
        return None
    count, volume = rows["count"].to_numpy(float), rows["imaged_ml"].to_numpy(float)
    total = count.sum()
    expected = total * volume / volume.sum()
    dispersion = 1.0
    if len(count) > 1 and total > 0:
        dispersion = max(1.0, float(((count - expected) ** 2 / expected).sum()) / (len(count) - 1))
    return Blank(float(total / volume.sum()), dispersion * float(total + 0.5) / float(volume.sum()) ** 2)


def blanks_of(counts: pd.DataFrame) -> dict[tuple[str, float, float], Blank]:
    """(platform, from_um, to_um) -> its blank, from the blank runs in a table of counts."""
    own = counts[counts["role"] == "blank"]
    found = {place: blank_of(rows) for place, rows in own.groupby(["platform", "from_um", "to_um"])}
    return {place: blank for place, blank in found.items() if blank}


def detection_limit(rate: Rate, blank: Blank, imaged_ml: float) -> float:
    """Least concentration, 1/mL of sample, that counts above the blank 19 times in 20 (Currie 1968): with B counts of
    blank expected and var(B), 2.71 + 3.29 sqrt(B + var(B)) counts."""
    expected = blank.per_ml * imaged_ml
    counts = Z_95**2 + 2 * Z_95 * np.sqrt(expected + imaged_ml**2 * blank.variance)
    return float(counts / rate.volume_ml)
