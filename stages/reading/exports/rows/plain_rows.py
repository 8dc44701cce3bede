"""Parse many rows at once, where all of them are as they should be."""

import numpy as np
import pyarrow as pa
import pyarrow.csv

from stages.reading.exports.rows.column import INT32, Column

SPACES = np.frombuffer(b' \t"', np.uint8)


def parse_plain(
    content: bytes, names: list[str], wanted: list[Column], delimiter: str, mark: str = "."
) -> dict[str, np.ndarray] | None:
    """The `wanted` columns that `names` has, of rows without quotes and with the decimal `mark`; None when any cell
    needs a closer look."""
    present = [column for column in wanted if column.name in names]
    at = [str(names.index(column.name)) for column in present]
    kinds = [pa.string() if column.kind == "text" else pa.float64() for column in present]
    parse = pyarrow.csv.ParseOptions(delimiter=delimiter, quote_char=False, ignore_empty_lines=False)
    reading = pyarrow.csv.ReadOptions(
        use_threads=False, column_names=[str(i) for i in range(len(names))], block_size=len(content) + 1
    )
    converting = pyarrow.csv.ConvertOptions(
        column_types=dict(zip(at, kinds, strict=True)),
        include_columns=at,
        null_values=[],
        check_utf8=False,
        decimal_point=mark,
    )
    try:
        table = pyarrow.csv.read_csv(pa.BufferReader(content), reading, parse, converting)
    except pa.ArrowInvalid:
        return None
    if table.num_rows != content.count(b"\n") + (not content.endswith(b"\n")):
        return None
    found = {}
    for name, column in zip(at, present, strict=True):
        cells = table[name].combine_chunks()
        values = _texts(cells) if column.kind == "text" else _numbers(cells, column)
        if values is None:
            return None
        found[column.name] = values
    return found


def _numbers(cells: pa.Array, column: Column) -> np.ndarray | None:
    values = cells.to_numpy(zero_copy_only=False)
    if not np.isfinite(values).all() or (column.least is not None and (values < column.least).any()):
        return None
    if column.kind == "number":
        return values
    whole = (np.abs(values) <= INT32).all() and (np.floor(values) == values).all()
    return values.astype(np.int64) if whole else None


def _texts(cells: pa.Array) -> np.ndarray | None:
    """Cells with anything in them, no control character, and no blank at an end."""
    _, offsets, content = cells.buffers()
    bounds = np.frombuffer(offsets, np.int32)[cells.offset : cells.offset + len(cells) + 1]
    if (bounds[1:] == bounds[:-1]).any():
        return None
    characters = np.frombuffer(content, np.uint8)[bounds[0] : bounds[-1]]
    ends = characters[np.concatenate([bounds[:-1], bounds[1:] - 1]) - bounds[0]]
    if np.isin(ends, SPACES).any() or ((characters < 0x20) | (characters == 0x7F)).any():
        return None
    return np.array(cells.to_pylist(), dtype=object)
