"""Named text columns to checked numbers, one reject for each row that has something wrong."""

import csv
import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa

from stages.ingest.export import Reject

INT32 = 2**31 - 1
LINES_AT_ONCE = 16384
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Column:
    """What a column may hold. `least`: smallest value allowed (None: any)."""

    name: str
    kind: Literal["integer", "number", "text"]
    least: float | None = None


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


def read_rows(
    lines: list[str],
    first: int,
    names: list[str],
    wanted: list[Column],
    delimiter: str,
    file: str,
    quoted: bool = False,
) -> tuple[pd.DataFrame, list[Reject], int]:
    """The lines from index `first` on as a table of the `wanted` columns that `names` (the header) has, and
    `source_line`, 1-based; the rejected lines; and how many lines were read. Blank lines are no rows.

    quoted: whether fields may stand between quotes, as in CSV. The lines are taken in pieces: split into cells, all of
    them at once would need ten times the memory of their text.
    """
    tables, rejects, read = [], [], 0
    for start in range(first, max(len(lines), first + 1), LINES_AT_ONCE):
        piece = lines[start : start + LINES_AT_ONCE]
        numbers, cells, cut = _split(piece, start + 1, len(names), delimiter, file, quoted)
        table, wrong = _parse(numbers, cells, names, wanted, file)
        tables.append(table)
        rejects += cut + wrong
        read += len(cells) + len(cut)
    return pd.concat(tables, ignore_index=True), rejects, read


def _split(
    lines: list[str], first_number: int, width: int, delimiter: str, file: str, quoted: bool
) -> tuple[list[int], list[list[str]], list[Reject]]:
    """Numbers and cells of the lines that have `width` cells; the others are rejected."""
    numbers, fields, rejects = [], [], []
    for number, line in enumerate(lines, start=first_number):
        if not line.strip():
            continue
        cells = split_fields(line, delimiter) if quoted else line.split(delimiter)
        if len(cells) == width:
            fields.append(cells)
            numbers.append(number)
        else:
            guess = "is the line cut off?" if len(cells) < width else f"is there a {delimiter!r} inside a field?"
            rejects.append(Reject(file, number, "", f"{len(cells)} fields where the header names {width}; {guess}"))
    return numbers, fields, rejects


def _parse(
    numbers: list[int], cells: list[list[str]], names: list[str], wanted: list[Column], file: str
) -> tuple[pd.DataFrame, list[Reject]]:
    """The wanted columns of the lines `numbers`; lines with a wrong cell are rejected."""
    values: dict[str, np.ndarray] = {"source_line": np.array(numbers, dtype=np.int64)}
    reasons: dict[int, Reject] = {}
    for column in wanted:
        if column.name not in names:
            continue
        at = names.index(column.name)
        texts = [row[at] for row in cells]
        values[column.name], wrong = _texts(texts) if column.kind == "text" else _numbers(texts, column)
        for row in np.flatnonzero(wrong):
            reasons.setdefault(row, Reject(file, numbers[row], column.name, _reason(_bare(texts[row]), column)))
    kept = pd.DataFrame(values).drop(index=list(reasons))
    integers = [column.name for column in wanted if column.kind == "integer" and column.name in kept]
    return kept.astype(dict.fromkeys(integers, np.int64)), list(reasons.values())


def _bare(text: str) -> str:
    return text.strip(' \t"')


def _texts(texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Wrong are empty cells, and cells with control characters: a NUL byte is left where a disk or a copy failed."""
    bare = [_bare(text) for text in texts]
    wrong = [not text or CONTROL.search(text) is not None for text in bare]
    return np.array(bare, dtype=object), np.array(wrong, dtype=bool)


def _numbers(texts: list[str], column: Column) -> tuple[np.ndarray, np.ndarray]:
    """Every number is rounded correctly, whichever way it is read: a wrong cell changes no other."""
    try:
        values = pa.array(texts, pa.string()).cast(pa.float64()).to_numpy()
    except pa.ArrowInvalid:
        values = np.array([_number(_bare(text)) for text in texts], dtype=float)
    wrong = ~np.isfinite(values)
    if column.kind == "integer":
        wrong |= (np.floor(values) != values) | (np.abs(values) > INT32)
    if column.least is not None:
        wrong |= values < column.least
    return values, wrong


def _number(text: str) -> float:
    return float(text) if NUMBER.fullmatch(text) else math.nan


def _reason(text: str, column: Column) -> str:
    if text == "":
        return "empty"
    shown = repr(text[:40])
    if CONTROL.search(text):
        return f"{shown} has characters that no export has; the file is damaged, copy it again"
    value = _number(text)
    if column.least is not None and value < column.least:
        return f"{shown} is below {column.least:g}"
    if "," in text and math.isfinite(_number(text.replace(",", ".", 1))):
        return f"{shown} has a decimal comma; export with decimal points"
    return f"{shown} is not {'a whole' if column.kind == 'integer' else 'a finite'} number"
