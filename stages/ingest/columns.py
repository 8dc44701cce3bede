"""Named text columns to checked numbers, one reject for each row that has something wrong."""

import csv
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from stages.ingest.export import Reject

INT32 = 2**31 - 1
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


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


def plain(cell: str) -> str:
    """A header cell without blanks at its ends, quotes, case, raised digits and the several micro signs."""
    return " ".join(unicodedata.normalize("NFKC", cell.strip().strip('"')).split()).casefold().replace("\u03bc", "u")


def split_fields(line: str, delimiter: str) -> list[str]:
    """The fields of a line of CSV. A field between quotes may hold the delimiter, but no line end: so a stray quote
    costs its own line alone."""
    if '"' not in line:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return line.split(delimiter)


def split_rows(
    lines: list[str], first: int, names: list[str], delimiter: str, file: str, quoted: bool = False
) -> tuple[Rows, list[Reject]]:
    """Split the lines from index `first` on. A line with another number of fields than `names` is rejected; blank
    lines are no rows. quoted: whether fields may stand between quotes, as in CSV."""
    fields, numbers, rejects = [], [], []
    for number, line in enumerate(lines[first:], start=first + 1):
        if not line.strip():
            continue
        cells = split_fields(line, delimiter) if quoted else line.split(delimiter)
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
        values, wrong = (texts, _damaged(texts)) if column.kind == "text" else _numbers(texts, column)
        for row in np.flatnonzero(wrong):
            reasons.setdefault(row, Reject(file, rows.lines[row], column.name, _reason(texts[row], column)))
        table[column.name] = values
    kept = table.drop(index=list(reasons)).reset_index(drop=True)
    integers = [column.name for column in wanted if column.kind == "integer" and column.name in kept]
    return kept.astype(dict.fromkeys(integers, np.int64)), list(reasons.values())


def _damaged(texts: pd.Series) -> pd.Series:
    """Empty cells, and cells with control characters (a NUL byte is left where a disk or a copy failed)."""
    return pd.Series([not text or CONTROL.search(text) is not None for text in texts], dtype=bool)


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
    if CONTROL.search(text):
        return f"{shown} has characters that no export has; the file is damaged, copy it again"
    value = pd.to_numeric(text, errors="coerce")
    if column.least is not None and value < column.least:
        return f"{shown} is below {column.least:g}"
    if "," in text and np.isfinite(pd.to_numeric(text.replace(",", ".", 1), errors="coerce")):
        return f"{shown} has a decimal comma; export with decimal points"
    return f"{shown} is not {'a whole' if column.kind == 'integer' else 'a finite'} number"
