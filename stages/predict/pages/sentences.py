"""Counts in words."""

import pandas as pd

from stages.common import words


def sentence(counts: pd.DataFrame) -> str:
    """The classes of all sizes in a line: particles/mL with their interval, or particles where no volume is known."""
    whole = counts[counts["at_least_um"] == 0]
    return ", ".join(f"{words.named(row.Index)} {amount(row)}" for row in whole.set_index("class").itertuples())


def amount(row) -> str:
    """Of one row of counts, as answering.counts gives them."""
    volume = row.per_ml_high is not None and pd.notna(row.per_ml_high)
    value, low, high = (
        (row.per_ml, row.per_ml_low, row.per_ml_high) if volume else (row.count, row.count_low, row.count_high)
    )
    unit = "/mL" if volume else ""
    if not row.found:
        return f"at most {words.digits(high)}{unit}"
    return f"{words.digits(value)}{unit} ({words.digits(low)} to {words.digits(high)})"
