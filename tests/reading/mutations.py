"""Exports spoilt at random, and a judge of what the readers make of them.

The judge knows the text of every cell before and after. A particle that is accepted must have the same value as before
in each field whose cells are the same text in a column of the same name; a run may be refused, never by a traceback.
"""

import random
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.base.errors import InputError
from stages.ingest.written.write import PARTICLE_FILE, write_run
from stages.reading.exports.files.text import as_text
from stages.reading.exports.readers import read, with_format
from stages.reading.exports.sheet.row import SheetRow

CELLS = [
    *("", " ", "nan", "NaN", "inf", "-inf", "-1", "-0.0", "0", "1e999", "-1e999", "1e-400", "1,5", "1.5.2", "0x1F"),
    *("1_000", "9" * 40, "2147483648", "1e308", "True", "None", "\0", "\x1a", "µ", "١", "../../../etc/passwd"),
    *("/etc/passwd", "C:\\x.tif", "x" * 300, "a/b", ".", "..", '"', "'", "|", ",", "=cmd()", "%s", "\u202e", "1e5"),
]
BYTES = [b"\0", b"\xff", b"\xfe", b"\r", b"\n", b"|", b",", b'"', b"-", b".", b"9", b"\xef\xbb\xbf", b"\x1a", b"\xc3("]
PLACE = ["image_x", "image_y", "image_w", "image_h", "collage_file"]
# Contract's column: the columns that it comes from, in a FlowCam list, an MFI table, a VisualSpreadsheet table.
FLOWCAM = {
    "abd_um": ["abd_diameter"],
    "esd_um": ["esd_diameter"],
    "length_um": ["length"],
    "width_um": ["width"],
    "perimeter_um": ["perimeter"],
    "area_um2": ["abd_area"],
    "circularity": ["raw_filled_area", "raw_perimeter"],
    "aspect_ratio": ["raw_legendre_minor", "raw_legendre_major"],
    "intensity_mean": ["intensity"],
    "intensity_sd": ["sigma_intensity"],
    "elapsed_s": ["elapsed_time"],
    "frame": ["src_image"],
    "x_px": ["src_x"],
    "y_px": ["src_y"],
    "image": PLACE,
}
MFI = {
    "ecd_um": ["ECD(um)"],
    "intensity_mean": ["Intensity Mean"],
    "elapsed_s": ["Time Stamp(s)"],
    "frame": ["Frame #"],
    "x_px": ["X Left"],
    "y_px": ["Y Top"],
    "edge": ["Edge Particle"],
    "image": ["Frame #", "X Left", "X Right", "Y Top", "Y Bottom"],
}
VISUALSPREADSHEET = {
    "abd_um": ["Diameter (ABD)"],
    "esd_um": ["Diameter (ESD)"],
    "length_um": ["Length"],
    "width_um": ["Width"],
    "perimeter_um": ["Perimeter"],
    "area_um2": ["Area (ABD)"],
    "circularity": ["Circularity"],
    "aspect_ratio": ["Aspect Ratio"],
    "intensity_mean": ["Intensity"],
    "intensity_sd": ["Sigma Intensity"],
    "elapsed_s": ["Elapsed Time"],
    "frame": ["Source Image"],
    "x_px": ["Capture X"],
    "y_px": ["Capture Y"],
    "image": ["Image File", "Image X", "Image Y", "Image Width", "Image Height"],
}
COMES_FROM = {"flowcam": FLOWCAM, "mfi": MFI, "visualspreadsheet": VISUALSPREADSHEET}
NAMES = {"flowcam": ("image_id", "id"), "mfi": ("#",), "visualspreadsheet": ("Original Reference ID", "Particle ID")}


@dataclass(frozen=True)
class Table:
    """The particle table as plain text: names of its columns, and the cells of each line by its number."""

    names: list[str]
    cells: dict[int, list[str]]


class Original:
    """A good export in `folder`, read once; `table` is its particle table's file name."""

    def __init__(self, folder: Path, form: str, table: str, volume_ml: float | None = None) -> None:
        self.folder, self.form, self.table_path = folder, form, folder / table
        self.row = SheetRow(
            line=2,
            run="r",
            platform="A",
            sample="s",
            format=form,
            path=f"{folder.name}/{table}",
            role="unlabelled",
            volume_ml=volume_ml,
        )
        self.files = {path: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
        self.table = self._text_of(self.files[self.table_path])
        self.facts: dict = {}  # of the export as it was read last
        particles = self.read().set_index("source_line")
        self.whole, self.counted = self.facts, len(particles)
        self.before = {field: dict(particles[field].items()) for field in particles}
        self.lines = {name: line for line, name in self.before["source_id"].items()}

    def read(self):
        """The particles that the stage would write; all that it computes on the way is computed."""
        row = with_format(self.row, self.folder.parent)
        with tempfile.TemporaryDirectory() as folder:
            self.facts = write_run(Path(folder), row, read(row, self.folder.parent), {}).facts
            return pd.read_parquet(Path(folder) / PARTICLE_FILE)

    def restore(self) -> None:
        for path in self.folder.iterdir():
            if path not in self.files:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        for path, content in self.files.items():
            if path.is_dir():
                path.rmdir()
            if not path.is_file() or path.read_bytes() != content:
                path.write_bytes(content)

    def judge(self) -> list[str]:
        """Fields of accepted particles that differ though nothing touched them. Raises InputError as the stage does."""
        particles = self.read()
        table = self._text_of(self.table_path.read_bytes())
        others = {
            path.name for path, content in self.files.items() if path != self.table_path and _differs(path, content)
        }
        wrong = []
        for particle in particles.itertuples(index=False):
            line = self.lines.get(particle.source_id)
            if line is None:
                continue
            for field, columns in COMES_FROM[self.form].items():
                if field == "image" and others:
                    continue
                if self._untouched(columns, line, table, particle.source_line):
                    before, after = self.before[field][line], getattr(particle, field)
                    lost = field == "image" and after is None
                    if not lost and not _same(before, after):
                        wrong.append(f"line {particle.source_line}, {field}: {before!r} became {after!r}")
        return wrong

    def _untouched(self, columns: list[str], line: int, now: Table, line_now: int) -> bool:
        names = [*columns, *(name for name in NAMES[self.form] if name in self.table.names)]
        return all(
            name in self.table.names
            and name in now.names
            and line_now in now.cells
            and _cell(self.table, name, line) == _cell(now, name, line_now)
            for name in names
        )

    def _text_of(self, content: bytes) -> Table:
        try:
            lines = as_text(content, "").split("\n")
        except InputError:
            return Table([], {})
        if self.form == "flowcam":
            names = [line.split("|")[0].strip() for line in lines[2:] if line.count("|") == 1]
            return Table(names, {i: line.split("|") for i, line in enumerate(lines, 1)})
        marks = {"mfi": "ECD", "visualspreadsheet": "Diameter"}
        header = next((line for line in lines if marks[self.form] in line and line.count(",") > 3), "")
        names = [name.strip().replace("µm", "um") for name in header.split(",")]
        return Table(names, {i: line.split(",") for i, line in enumerate(lines, 1)})


def _differs(path: Path, content: bytes) -> bool:
    return not path.is_file() or path.read_bytes() != content


def _cell(table: Table, name: str, line: int) -> str | None:
    at = table.names.index(name)
    return table.cells[line][at] if at < len(table.cells[line]) else None


def _same(before, after) -> bool:
    if isinstance(before, float) and isinstance(after, float) and np.isnan(before) and np.isnan(after):
        return True
    return before == after


def spoil(original: Original, random: random.Random) -> str:
    """Change one to three things in the export's files; return what was done."""
    done = []
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        files = [path for path in sorted(original.folder.iterdir()) if path.is_file()]
        if not files:
            break
        path = original.table_path if original.table_path in files and random.random() < 0.6 else random.choice(files)
        text = path.suffix in (".lst", ".csv", ".ctx", ".txt", ".flb")
        change = random.choice(TEXT_CHANGES if text else BINARY_CHANGES)
        change(path, random)
        done.append(f"{change.__name__} {path.name}")
    return ", ".join(done)


def flip(path: Path, random: random.Random) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(random.choice([1, 1, 5, 50])):
        if content:
            content[random.randrange(len(content))] = random.randrange(256)
    path.write_bytes(content)


def insert(path: Path, random: random.Random) -> None:
    content = path.read_bytes()
    at = random.randrange(len(content) + 1)
    path.write_bytes(content[:at] + random.choice(BYTES) * random.choice([1, 1, 2, 1000]) + content[at:])


def remove(path: Path, random: random.Random) -> None:
    content = path.read_bytes()
    at = random.randrange(len(content) + 1)
    path.write_bytes(content[:at] + content[at + random.choice([1, 2, 10, 1000]) :])


def truncate(path: Path, random: random.Random) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: random.choice([0, 1, 10, random.randrange(len(content) + 1)])])


def blank(path: Path, random: random.Random) -> None:
    """As a disk leaves a block that was never written."""
    content = bytearray(path.read_bytes())
    at = random.randrange(len(content) + 1)
    length = min(random.choice([1, 16, 512, 4096]), len(content) - at)
    content[at : at + length] = bytes(length)
    path.write_bytes(content)


def delete(path: Path, random: random.Random) -> None:
    path.unlink()


def be_a_folder(path: Path, random: random.Random) -> None:
    path.unlink()
    path.mkdir()


def be_another(path: Path, random: random.Random) -> None:
    other = random.choice([item for item in sorted(path.parent.iterdir()) if item.is_file()])
    path.write_bytes(other.read_bytes())


def encode(path: Path, random: random.Random) -> None:
    text = path.read_bytes().decode("latin-1")
    path.write_bytes(text.encode(random.choice(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])))


def end_lines(path: Path, random: random.Random) -> None:
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"".join(line + random.choice([b"\n", b"\r\n", b"\r"]) for line in lines))


def change_cell(path: Path, random: random.Random) -> None:
    lines = path.read_bytes().split(b"\n")
    at = random.randrange(len(lines))
    delimiter = next((mark for mark in (b"|", b",", b"=") if mark in lines[at]), b",")
    cells = lines[at].split(delimiter)
    cells[random.randrange(len(cells))] = random.choice(CELLS).encode()
    lines[at] = delimiter.join(cells)
    path.write_bytes(b"\n".join(lines))


def move_line(path: Path, random: random.Random) -> None:
    """Delete a line, write it twice, or swap it with another."""
    lines = path.read_bytes().split(b"\n")
    a, b = random.randrange(len(lines)), random.randrange(len(lines))
    kind = random.randrange(3)
    if kind == 0:
        del lines[a]
    elif kind == 1:
        lines.insert(a, lines[b])
    else:
        lines[a], lines[b] = lines[b], lines[a]
    path.write_bytes(b"\n".join(lines))


BINARY_CHANGES = [flip, insert, remove, truncate, blank, delete, be_a_folder, be_another]
TEXT_CHANGES = [*BINARY_CHANGES[:5], delete, be_another, encode, end_lines, *[change_cell] * 6, *[move_line] * 3]
