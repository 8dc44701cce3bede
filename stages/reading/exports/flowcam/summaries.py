"""The run's own summaries beside its list: `<run>_summary.csv`, and `<run>_run_summary.txt` of any version."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stages.reading.exports.files.paths import sibling
from stages.reading.exports.files.sources import Sources
from stages.reading.exports.rows.export import Mismatch, Warned

ENDS = ("_summary.csv", "_run_summary.txt")
RELATIVE = 5e-3  # summaries round volumes and concentrations to three or four digits
COUNT, VOLUME, PER_ML = "count", "imaged volume", "particles / ml"
NAMES = {
    "count": COUNT,
    "particle count": COUNT,
    "total particles": COUNT,
    "sample volume imaged ml": VOLUME,
    "fluid volume imaged": VOLUME,
    "particles / ml": PER_ML,
}
STATEMENT = re.compile(r"\s*([^,:]+?)\s*[,:]\s*(\S.*?)\s*")
NUMBER = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?:\s*ml)?", re.IGNORECASE)
START = re.compile(
    r"^\s*Start(?: Time)?\s*[,:]\s*(\d{4}-\d\d-\d\d)\s+(\d\d:\d\d:\d\d)\s*$", re.MULTILINE | re.IGNORECASE
)


@dataclass(frozen=True)
class Summary:
    """A summary's text, and the file that it stands in."""

    text: str
    file: str

    def numbers(self) -> dict[str, tuple[int, float]]:
        """Line and number of each known statement; of two alike the first."""
        found: dict[str, tuple[int, float]] = {}
        for line, statement in enumerate(self.text.split("\n"), start=1):
            parts = STATEMENT.fullmatch(statement)
            if parts is None:
                continue
            name, number = NAMES.get(parts[1].casefold()), NUMBER.fullmatch(parts[2])
            if name and number:
                found.setdefault(name, (line, float(number[1].replace(",", "") + (number[2] or ""))))
        return found


def summaries_beside(sources: Sources, folder: Path, stems: set[str]) -> list[Summary]:
    """The summaries of the runs called `stems`: a list that was saved again keeps those of its run."""
    paths = [sibling(folder, f"{stem}{end}") for stem in sorted(stems) for end in ENDS]
    return [Summary(sources.read_text(path), path.name) for path in paths if path]


def told_count(summaries: list[Summary]) -> int | None:
    """Particles that the summaries count; of several the most, which no editing has taken away."""
    counts = [summary.numbers()[COUNT][1] for summary in summaries if COUNT in summary.numbers()]
    return round(max(counts)) if counts else None


def local_start(summaries: list[Summary]) -> str | None:
    """When the run started by the clock of the place: the context's times are UTC."""
    found = next((told for summary in summaries if (told := START.search(summary.text))), None)
    return " ".join(found.groups()) if found else None


def compared(summaries: list[Summary], rows_read: int, facts: dict) -> Warned:
    """Statements (count, imaged volume, particles/mL) that differ from the list's."""
    imaged_ml, dilution = facts["imaged_ml"], facts["dilution"]
    counted = rows_read / imaged_ml if imaged_ml else None
    expected = {
        COUNT: [rows_read],
        VOLUME: [imaged_ml] if imaged_ml else [],
        PER_ML: [counted, counted * dilution] if counted else [],
    }
    shown = []
    for summary in summaries:
        told = summary.numbers()
        for name in filter(told.__contains__, expected):
            line, number = told[name]
            relative = 0 if name == COUNT else RELATIVE
            if expected[name] and not np.isclose(number, expected[name], rtol=relative, atol=0).any():
                shown.append(Mismatch(summary.file, line, name, f"{expected[name][0]:.6g}", f"{number:.6g}"))
    return Warned(len(shown), shown)
