"""um/px as the table itself tells it: its sizes in um against those of its boxes and areas in pixels."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from stages.common.base.errors import InputError
from stages.reading.exports.rows.columns import Table

FEWEST, MOST = 30, 1000  # rows of a fit
SMALLEST_PX = 12  # below, the instrument's correction of small sizes bends the line
ELONGATED = 2.5  # long over short side, from which a box is as long as its particle
SPREAD_PX = 2.0  # standard deviation of the sizes, below which there is no line
AGREE = 0.10  # relative


@dataclass(frozen=True)
class Fit:
    """um for each pixel from ECD against area, and from maximum Feret diameter against the box; None: too few rows."""

    ecd: float | None
    feret: float | None

    @property
    def pixel_um(self) -> float | None:
        """Their mean; None when there is none, or when they contradict each other."""
        found = [value for value in (self.ecd, self.feret) if value is not None]
        if not found or max(found) > (1 + AGREE) * min(found):
            return None
        return float(np.mean(found))


def fit(table: Table) -> Fit:
    """Slopes (Theil 1950, Sen 1968) over the first rows: a border around the box, or a fringe that the instrument takes
    off every size, moves the line and doesn't turn it."""
    rows = next((rows.table for rows in table.rows() if len(rows.table)), pd.DataFrame())
    ecd = feret = None
    if {"Area(pixels)", "ECD(um)"} <= set(rows):
        ecd = _slope(2 * np.sqrt(rows["Area(pixels)"] / np.pi), rows["ECD(um)"])
    if "Max Feret Diameter(um)" in rows:
        sides = rows[["X Right", "Y Bottom"]].to_numpy() - rows[["X Left", "Y Top"]].to_numpy()
        long = sides.max(axis=1) >= ELONGATED * np.maximum(sides.min(axis=1), 1)
        feret = _slope(pd.Series(sides.max(axis=1))[long], rows["Max Feret Diameter(um)"][long])
    return Fit(ecd, feret)


def refuse_another(stated: float, fitted: Fit, file: str) -> None:
    """Raises InputError when a stated pixel size contradicts the table's own sizes."""
    if fitted.pixel_um and abs(stated / fitted.pixel_um - 1) > AGREE:
        raise InputError(
            f"{file}: the pixel size is stated as {stated:g} um, but the table's own sizes fit "
            f"{fitted.pixel_um:.3g} um/px; give pixel_um: {fitted.pixel_um:.3g} in the sheet, or export the table again"
        )


def _slope(px: pd.Series, um: pd.Series) -> float | None:
    large = (px >= SMALLEST_PX).to_numpy()
    x, y = px.to_numpy(float)[large][:MOST], um.to_numpy(float)[large][:MOST]
    if len(x) < FEWEST or x.std() < SPREAD_PX:
        return None
    from scipy.stats import theilslopes  # takes a second to import, and few exports need it

    slope = float(theilslopes(y, x).slope)
    return slope if slope > 0 else None
