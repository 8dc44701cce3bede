"""Where a score and its interval lie on a common axis, for a forest plot's rows."""

import math

STEPS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
MOST_TICKS = 5  # the first and the last are written inwards, and five numbers still leave room between them
WIDTH = 220  # of a row's drawing, in its own units


def forest(rows: list[dict], score: str) -> dict:
    """{"ticks": [(place, value)], "rows": [{"low", "high", "value", "published"}]}: places along WIDTH units; a row
    without the score is empty.

    rows: of the table, with the columns `score`, `score`_low, `score`_high and, perhaps, published_`score`.
    """
    names = (score, f"{score}_low", f"{score}_high", f"published_{score}")
    values = [row[name] for row in rows for name in names if _known(row.get(name))]
    if not values:
        return {"ticks": [], "rows": [{} for _ in rows], "width": WIDTH}
    low, high = min(values), max(values)
    step = next((s for s in STEPS if math.ceil(high / s) - math.floor(low / s) < MOST_TICKS), STEPS[-1])
    first, last = math.floor(low / step), math.ceil(high / step)

    def place(value: float) -> float:
        return round(4 + (WIDTH - 8) * (value / step - first) / max(1, last - first), 1)

    ticks = [(place(number * step), number * step) for number in range(first, last + 1)]
    keys = ("value", "low", "high", "published")
    placed = [
        {key: place(row[name]) for key, name in zip(keys, names, strict=True) if _known(row.get(name))} for row in rows
    ]
    return {"ticks": ticks, "rows": placed, "width": WIDTH}


def _known(value: float | None) -> bool:
    return value is not None and math.isfinite(value)
