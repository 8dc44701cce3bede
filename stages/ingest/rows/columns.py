"""Named text columns to checked numbers, one reject for each row that has something wrong."""

import csv
import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa

from stages.ingest.files.text import Block, Text
from stages.ingest.rows.column import INT32, Column
from stages.ingest.rows.export import MOST_PIXELS, MOST_ROWS, Reject
from stages.ingest.rows.plain_rows import parse_plain

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


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


@dataclass(frozen=True)
class Rows:
    """Rows of a table: the wanted columns and `source_line` (1-based) of the good ones, and the rejected ones."""

    table: pd.DataFrame
    rejects: list[Reject]

    @property
    def read(self) -> int:
        return len(self.table) + len(self.rejects)


@dataclass(frozen=True)
class Table:
    """The rows of a text below its header, parsed anew each time that they are asked for.

    names: of all columns, in their order. first: index of the first line below the header; end: of the line after the
    table (None: it ends with the text). quoted: whether fields may stand between quotes, as in CSV.
    """

    text: Text
    names: list[str]
    wanted: list[Column]
    first: int
    delimiter: str
    file: str
    quoted: bool = False
    end: int | None = None

    def has(self, *columns: str) -> bool:
        return set(columns) <= set(self.names)

    def rows(self) -> Iterator[Rows]:
        """Blank lines are no rows. A block of lines that has anything wrong, or that isn't plain, is parsed cell by
        cell, to tell what; any other as a whole, which is many times as fast and gives the same."""
        for block in self.text.blocks():
            block = block.between(self.first, self.end)
            if block.content:
                yield self._plain(block) or self._careful(block)

    def pieces(self, most_rows: int = MOST_ROWS) -> Iterator[Rows]:
        """`rows` in parts of which each has few enough rows, and images small enough, to be held in memory."""
        for rows in self.rows():
            bounds = _bounds(rows.table, most_rows)
            for number, (start, end) in enumerate(pairwise(bounds)):
                yield Rows(rows.table[start:end].reset_index(drop=True), [] if number else rows.rejects)

    def median(self, column: str) -> float | None:
        """Of all good rows; None when there are none, or no such column."""
        if not self.has(column):
            return None
        values = np.concatenate([np.zeros(0), *(rows.table[column] for rows in self.rows())])
        return float(np.median(values)) if len(values) else None

    def _plain(self, block: Block) -> Rows | None:
        if b'"' in block.content:
            return None
        found = parse_plain(block.content, self.names, self.wanted, self.delimiter)
        if found is None:
            return None
        lines = np.arange(block.first + 1, block.first + 1 + len(next(iter(found.values()))))
        return Rows(_frame({"source_line": lines} | found), [])

    def _careful(self, block: Block) -> Rows:
        lines, width = block.lines(), len(self.names)
        numbers, cells, cut = _split(lines, block.first + 1, width, self.delimiter, self.file, self.quoted)
        table, wrong = _parse(numbers, cells, self.names, self.wanted, self.file)
        return Rows(table.reset_index(drop=True), cut + wrong)


def counted(table: Table, column: str) -> tuple[int, int, list]:
    """The table's rows, how many of them it refuses itself, and the different cells of a column."""
    read, refused, cells = 0, 0, {}
    for rows in table.rows():
        read, refused = read + rows.read, refused + len(rows.rejects)
        cells |= dict.fromkeys(rows.table[column].unique())
    return read, refused, list(cells)


def _bounds(table: pd.DataFrame, most_rows: int) -> list[int]:
    """Where parts of the table begin, and where the last one ends."""
    pixels = np.zeros(len(table))
    if {"image_w", "image_h"} <= set(table):
        pixels = np.minimum(table["image_w"].to_numpy(float) * table["image_h"], MOST_PIXELS)
    part = np.maximum(np.arange(len(table)) // most_rows, np.cumsum(pixels) // MOST_PIXELS)
    return [0, *(np.flatnonzero(np.diff(part)) + 1).tolist(), len(table)]


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
    kept = _frame(values).drop(index=list(reasons))
    integers = [column.name for column in wanted if column.kind == "integer" and column.name in kept]
    return kept.astype(dict.fromkeys(integers, np.int64)), list(reasons.values())


def _frame(values: dict[str, np.ndarray]) -> pd.DataFrame:
    """Text stays Python's: pandas would hold it as Arrow does, which costs more than it saves here."""
    return pd.DataFrame({name: pd.Series(array, dtype=array.dtype, copy=False) for name, array in values.items()})


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
