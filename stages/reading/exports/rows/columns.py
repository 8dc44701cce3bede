"""Named text columns to checked numbers, one reject for each row that has something wrong."""

import csv
import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa

from stages.reading.exports.files.text import Block, Text
from stages.reading.exports.rows.column import INT32, Column
from stages.reading.exports.rows.export import MOST_PIXELS, MOST_ROWS, Counted, Reject
from stages.reading.exports.rows.numerals import decimal_mark, doubt, number_of
from stages.reading.exports.rows.plain_rows import parse_plain

SEEN = 2000  # rows that tell the decimal mark
SPREADSHEET = (",", ";", "\t")
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


def without_empty_ends(names: list[str]) -> list[str]:
    """The header's cells without empty ones at its end, which a spreadsheet leaves."""
    while names and not names[-1].strip():
        names = names[:-1]
    return names


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
    table (None: it ends with the text). quoted: whether fields may stand between quotes, as in CSV. headers: the
    columns as the file names them (None: the same); called: how it would name a wanted one, where that differs.
    """

    text: Text
    names: list[str]
    wanted: list[Column]
    first: int
    delimiter: str
    file: str
    quoted: bool = False
    end: int | None = None
    headers: list[str] | None = None
    called: dict[str, str] = field(default_factory=dict)

    @cached_property
    def mark(self) -> str:
        """The decimal mark, as the first rows tell it."""
        block = next((part for part in self._blocks() if part.content.strip()), Block(0, b""))
        if b"," not in block.content or (self.delimiter == "," and b'"' not in block.content):
            return "."
        lines = [self._fields(line) for line in block.lines()[:SEEN]]
        at = [self.names.index(c.name) for c in self.wanted if c.kind == "number" and c.name in self.names]
        return decimal_mark([_bare(cells[i]) for cells in lines for i in at if i < len(cells)])

    def columns_told(self) -> list[str]:
        """Which columns are used, which are ignored and which expected ones are absent, a sentence each."""
        wanted = [column.name for column in self.wanted]
        shown = list(zip(self.names, self.headers or self.names, strict=True))
        groups = {
            "used": [header for name, header in shown if name in wanted],
            "ignored": [header for name, header in shown if name not in wanted and header],
            "absent": [self.called.get(name, name) for name in wanted if name not in self.names],
        }
        return [f"columns {what}: {', '.join(names)}" for what, names in groups.items() if names]

    def has(self, *columns: str) -> bool:
        return set(columns) <= set(self.names)

    def rows(self) -> Iterator[Rows]:
        """Blank lines are no rows. A block of lines that has anything wrong, or that isn't plain, is parsed cell by
        cell, to tell what; any other as a whole, which is many times as fast and gives the same."""
        for block in self._blocks():
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

    def _blocks(self) -> Iterator[Block]:
        return (block.between(self.first, self.end) for block in self.text.blocks())

    def _plain(self, block: Block) -> Rows | None:
        if b'"' in block.content:
            return None
        found = parse_plain(block.content, self.names, self.wanted, self.delimiter, self.mark)
        if found is None:
            return None
        lines = np.arange(block.first + 1, block.first + 1 + len(next(iter(found.values()))))
        return Rows(_frame({"source_line": lines} | found), [])

    def _careful(self, block: Block) -> Rows:
        numbers, cells, cut = self._split(block)
        table, wrong = _parse(numbers, cells, self)
        return Rows(table.reset_index(drop=True), cut + wrong)

    def _fields(self, line: str) -> list[str]:
        return split_fields(line, self.delimiter) if self.quoted else line.split(self.delimiter)

    def _split(self, block: Block) -> tuple[list[int], list[list[str]], list[Reject]]:
        """Numbers and cells of the lines that have as many cells as the header; the others are rejected. Cells beyond
        it that are empty, and lines of none but empty cells, are what a spreadsheet leaves."""
        numbers, fields, rejects, width = [], [], [], len(self.names)
        empty = " \t" + (self.delimiter if self.delimiter in SPREADSHEET else "")
        for number, line in enumerate(block.lines(), start=block.first + 1):
            if not line.strip(empty):
                continue
            cells = self._fields(line)
            if len(cells) > width and self.delimiter in SPREADSHEET and not any(cell.strip() for cell in cells[width:]):
                cells = cells[:width]
            if len(cells) == width:
                fields.append(cells)
                numbers.append(number)
            else:
                few = len(cells) < width
                guess = "is the line cut off?" if few else f"is there a {self.delimiter!r} inside a field?"
                reason = f"{len(cells)} fields where the header names {width}; {guess}"
                rejects.append(Reject(self.file, number, "", reason))
        return numbers, fields, rejects


def counted(table: Table, column: str) -> tuple[Counted, list]:
    """The table's rows, how many of them it refuses itself, and the different cells of a column."""
    read, refused, first = 0, 0, None
    cells: dict = {}
    for rows in table.rows():
        read, refused = read + rows.read, refused + len(rows.rejects)
        first = first or next(iter(rows.rejects), None)
        cells |= dict.fromkeys(rows.table[column].unique())
    return Counted(read, refused, first), list(cells)


def _bounds(table: pd.DataFrame, most_rows: int) -> list[int]:
    """Where parts of the table begin, and where the last one ends."""
    pixels = np.zeros(len(table))
    if {"image_w", "image_h"} <= set(table):
        pixels = np.minimum(table["image_w"].to_numpy(float) * table["image_h"], MOST_PIXELS)
    part = np.maximum(np.arange(len(table)) // most_rows, np.cumsum(pixels) // MOST_PIXELS)
    return [0, *(np.flatnonzero(np.diff(part)) + 1).tolist(), len(table)]


def _parse(numbers: list[int], cells: list[list[str]], of: Table) -> tuple[pd.DataFrame, list[Reject]]:
    """The wanted columns of the lines `numbers`; lines with a wrong cell are rejected."""
    values: dict[str, np.ndarray] = {"source_line": np.array(numbers, dtype=np.int64)}
    reasons: dict[int, Reject] = {}
    for column in of.wanted:
        if column.name not in of.names:
            continue
        at = of.names.index(column.name)
        texts = [row[at] for row in cells]
        values[column.name], wrong = _texts(texts) if column.kind == "text" else _numbers(texts, column, of.mark)
        for row in np.flatnonzero(wrong).tolist():
            reason = _reason(_bare(texts[row]), column, of.mark)
            reasons.setdefault(row, Reject(of.file, numbers[row], column.name, reason))
    kept = _frame(values).drop(index=list(reasons))
    integers = [column.name for column in of.wanted if column.kind == "integer" and column.name in kept]
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


def _numbers(texts: list[str], column: Column, mark: str) -> tuple[np.ndarray, np.ndarray]:
    """Every number is rounded correctly, whichever way it is read: a wrong cell changes no other."""
    whole = column.kind == "integer"
    try:
        if mark != ".":
            raise pa.ArrowInvalid
        values = pa.array(texts, pa.string()).cast(pa.float64()).to_numpy()
    except pa.ArrowInvalid:
        values = np.array([number_of(_bare(text), mark, whole) for text in texts], dtype=float)
    wrong = ~np.isfinite(values)
    if whole:
        wrong |= (np.floor(values) != values) | (np.abs(values) > INT32)
    if column.least is not None:
        wrong |= values < column.least
    return values, wrong


def _reason(text: str, column: Column, mark: str) -> str:
    if text == "":
        return "empty"
    shown = repr(text[:40])
    if CONTROL.search(text):
        return f"{shown} has characters that no export has; the file is damaged, copy it again"
    value = number_of(text, mark, column.kind == "integer")
    if column.least is not None and value < column.least:
        return f"{shown} is below {column.least:g}"
    if math.isnan(value) and (unclear := doubt(text, mark)):
        return f"{shown} {unclear}"
    return f"{shown} is not {'a whole' if column.kind == 'integer' else 'a finite'} number"
