"""Rows that disagree with a check, or have no picture: all are counted, the first ones shown."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from stages.reading.exports.rows.export import Mismatch, Warned

SHOWN = 100  # of a check's mismatches in a run
WITHOUT_IMAGE = "without_image"  # the check that a particle has its picture


def mismatches(
    table: pd.DataFrame, wrong: np.ndarray, file: str, column: str, expected: Callable[[int], str]
) -> Warned:
    """The rows at which `wrong` is true: what `column` holds there, beside what is `expected` in the row."""
    first = np.flatnonzero(wrong)[:SHOWN]
    lines, cells = table["source_line"].to_numpy()[first], table[column].to_numpy()[first]
    shown = [
        Mismatch(file, int(line), column, expected(i), f"{cell:.6g}")
        for i, line, cell in zip(first, lines, cells, strict=True)
    ]
    return Warned(int(np.count_nonzero(wrong)), shown)


def lost(table: pd.DataFrame, reasons: dict[int, tuple[str, str]], file: str) -> Warned:
    """The rows that have no picture; `reasons`: column and reason by position."""
    lines = table["source_line"].to_numpy()
    shown = [Mismatch(file, int(lines[row]), reasons[row][0], "a picture", reasons[row][1]) for row in sorted(reasons)]
    return Warned(len(reasons), shown[:SHOWN])
