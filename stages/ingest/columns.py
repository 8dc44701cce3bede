"""Named text columns to checked numbers, one reject for each row that has something wrong."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from stages.ingest.export import Reject

INT32 = 2**31 - 1


@dataclass(frozen=True)
class Column:
    """What a column may hold. `least`: smallest value allowed (None: any)."""

    name: str
    kind: Literal["integer", "number", "text"]
    least: float | None = None


@dataclass(frozen=True)
class Rows:
    """Data rows as read: their fields, all of the header's length, and their 1-based lines in the file."""

    names: list[str]
    fields: list[list[str]]
    lines: list[int]
    read: int


def split_rows(lines: list[str], first: int, names: list[str], delimiter: str, file: str) -> tuple[Rows, list[Reject]]:
    """Split the lines from index `first` on. A line with another number of fields than `names` is rejected; blank
    lines are no rows."""
    fields, numbers, rejects = [], [], []
    for number, line in enumerate(lines[first:], start=first + 1):
        if not line.strip():
            continue
        cells = line.split(delimiter)
        if len(cells) == len(names):
            fields.append(cells)
            numbers.append(number)
        else:
            guess = "is the line cut off?" if len(cells) < len(names) else f"is there a {delimiter!r} inside a field?"
            reason = f"{len(cells)} fields where the header names {len(names)}; {guess}"
            rejects.append(Reject(file, number, "", reason))
    return Rows(names, fields, numbers, len(fields) + len(rejects)), rejects


def parse(rows: Rows, wanted: list[Column], file: str) -> tuple[pd.DataFrame, list[Reject]]:
    """The wanted columns that the header names, and `source_line`; rows with a wrong cell are rejected."""
    table = pd.DataFrame({"source_line": np.array(rows.lines, dtype=np.int64)})
    reasons: dict[int, Reject] = {}
    for column in wanted:
        if column.name not in rows.names:
            continue
        at = rows.names.index(column.name)
        texts = pd.Series([cells[at].strip(' \t"') for cells in rows.fields], dtype=object)
        values, wrong = (texts, texts == "") if column.kind == "text" else _numbers(texts, column)
        for row in np.flatnonzero(wrong):
            reasons.setdefault(row, Reject(file, rows.lines[row], column.name, _reason(texts[row], column)))
        table[column.name] = values
    kept = table.drop(index=list(reasons)).reset_index(drop=True)
    integers = [column.name for column in wanted if column.kind == "integer" and column.name in kept]
    return kept.astype(dict.fromkeys(integers, np.int64)), list(reasons.values())


def _numbers(texts: pd.Series, column: Column) -> tuple[pd.Series, pd.Series]:
    values = pd.to_numeric(texts, errors="coerce").astype(float)
    wrong = ~np.isfinite(values)
    if column.kind == "integer":
        wrong |= (values % 1 != 0) | (values.abs() > INT32)
    if column.least is not None:
        wrong |= values < column.least
    return values, wrong


def _reason(text: str, column: Column) -> str:
    if text == "":
        return "empty"
    shown = repr(text[:40])
    value = pd.to_numeric(text, errors="coerce")
    if column.least is not None and value < column.least:
        return f"{shown} is below {column.least:g}"
    if "," in text and np.isfinite(pd.to_numeric(text.replace(",", ".", 1), errors="coerce")):
        return f"{shown} has a decimal comma; export with decimal points"
    return f"{shown} is not {'a whole' if column.kind == 'integer' else 'a finite'} number"
