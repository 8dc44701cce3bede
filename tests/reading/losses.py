"""Losses: pictures that are missing, cut off, saved anew, renamed or in another order; lists that are cut or edited.

A run that lost something may be refused, have no concentration, or have one between bounds. It must never have one that
lies below the whole run's: that is a silent low count.
"""

import io
import random
from pathlib import Path

import numpy as np
from PIL import Image

from stages.reading.exports.rows.concentration import bounds
from tests.reading.mutations import Original


def low_count(original: Original) -> str | None:
    """What is silently low of the export as it was read last; None when nothing is."""
    counted, per_particle = original.counted, original.whole["dilution"] / original.whole["imaged_ml"]
    between = bounds(original.facts["accepted"], original.facts["rejected"], original.facts)
    if between is None or between[1] >= counted * per_particle * (1 - 1e-9):
        return None
    return f"{between[1]:.6g}/mL at most, where the whole run has {counted * per_particle:.6g}/mL"


def lose(original: Original, random: random.Random) -> str:
    """Lose one to three things of the export; return what was done. Where no summary tells the list's length nothing
    tells that it is cut, so it is spared."""
    done = []
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        pictures = [path for path in sorted(original.folder.iterdir()) if path.suffix in (".tif", ".png", ".jpg")]
        of_list = original.whole["told_count"] is not None and (not pictures or random.random() < 0.5)
        if not of_list and not pictures:
            break
        change = random.choice(LIST_LOSSES if of_list else PICTURE_LOSSES)
        path = original.table_path if of_list else random.choice(pictures)
        change(path, random)
        done.append(f"{change.__name__} {path.name}")
    return ", ".join(done)


def lose_picture(path: Path, random: random.Random) -> None:
    path.unlink()


def lose_all_pictures(path: Path, random: random.Random) -> None:
    for other in path.parent.glob(f"*{path.suffix}"):
        other.unlink()


def cut_picture_off(path: Path, random: random.Random) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: random.choice([0, 8, 100, random.randrange(len(content) + 1)])])


def rename_picture(path: Path, random: random.Random) -> None:
    path.rename(path.with_name(random.choice(["copy of ", "x", "\u00e4"]) + path.name))


def swap_pictures(path: Path, random: random.Random) -> None:
    other = random.choice(sorted(path.parent.glob(f"*{path.suffix}")))
    first, second = path.read_bytes(), other.read_bytes()
    path.write_bytes(second)
    other.write_bytes(first)


def save_picture_anew(path: Path, random: random.Random) -> None:
    """In another format under the old name, in other channels, with more bits, or smaller than it was."""
    pixels = _pixels(path)
    if pixels is None:
        return
    grey = pixels if pixels.ndim == 2 else pixels[..., 0]
    kept = max(1, random.randrange(1, grey.shape[0] + 1))
    image = random.choice(
        [
            Image.fromarray(pixels),
            Image.fromarray(grey),
            Image.fromarray(grey.astype(np.uint16) * 16),
            Image.fromarray(pixels[:kept]),
            Image.fromarray(grey[:, : max(1, grey.shape[1] // 2)]),
        ]
    )
    content = io.BytesIO()
    image.save(content, random.choice(["PNG", "TIFF", "TIFF"]))
    path.write_bytes(content.getvalue())


def blank_picture(path: Path, random: random.Random) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def cut_list_off(path: Path, random: random.Random) -> None:
    first, lines = _rows(path)
    keep = random.randrange(first, len(lines))
    path.write_bytes(b"\n".join([*lines[:keep], random.choice([b"", lines[keep][: random.randrange(20)]])]))


def lose_lines(path: Path, random: random.Random) -> None:
    first, lines = _rows(path)
    rows = range(first, len(lines))
    gone = set(random.sample(rows, min(len(rows), random.choice([1, 1, 2, 5, 30]))))
    path.write_bytes(b"\n".join(line for i, line in enumerate(lines) if i not in gone))


def filter_list(path: Path, random: random.Random) -> None:
    """As a person removes what is no particle: the short lines, or every second one."""
    first, lines = _rows(path)
    middle = sorted(map(len, lines[first:]))[len(lines[first:]) // 2]
    by_length = random.random() < 0.5
    kept = [line for i, line in enumerate(lines[first:]) if (len(line) >= middle if by_length else i % 2)]
    path.write_bytes(b"\n".join([*lines[:first], *kept, b""]))


def overwrite_lines(path: Path, random: random.Random) -> None:
    """Rows that stand twice in the place of others."""
    first, lines = _rows(path)
    for _ in range(random.choice([1, 3, 10])):
        lines[random.randrange(first, len(lines))] = lines[random.randrange(first, len(lines))]
    path.write_bytes(b"\n".join([*lines, b""]))


def spoil_numbers(path: Path, random: random.Random) -> None:
    """Separators of thousands, decimal commas or nothing in a column of some rows."""
    first, lines = _rows(path)
    delimiter = b"|" if b"|" in lines[first] else b","
    column = random.randrange(lines[first].count(delimiter) + 1)
    to = random.choice([b"1,234", b"1.234,5", b'"1,234.5"', b"", b"#####", b"NaN"])
    for i in random.sample(range(first, len(lines)), min(len(lines) - first, random.choice([1, 5, 40]))):
        cells = lines[i].split(delimiter)
        if column < len(cells):
            cells[column] = to
            lines[i] = delimiter.join(cells)
    path.write_bytes(b"\n".join([*lines, b""]))


PICTURE_LOSSES = [
    lose_picture,
    lose_all_pictures,
    cut_picture_off,
    rename_picture,
    swap_pictures,
    save_picture_anew,
    blank_picture,
]
LIST_LOSSES = [cut_list_off, lose_lines, filter_list, overwrite_lines, spoil_numbers]


def _rows(path: Path) -> tuple[int, list[bytes]]:
    """Index of the first row of a table, and the lines up to its last row."""
    lines = path.read_bytes().rstrip(b"\n").split(b"\n")
    widths = [max(line.count(b"|"), line.count(b",")) for line in lines]
    first = next((i for i, line in enumerate(lines) if widths[i] == max(widths) and line[:1].isdigit()), len(lines) - 1)
    return first, lines


def _pixels(path: Path) -> np.ndarray | None:
    try:
        with Image.open(path) as image:
            return np.asarray(image)
    except (OSError, ValueError, SyntaxError):
        return None
