"""The sheet's column `columns`: which column of a CSV holds what, as `image=File; abd_um=Diameter (um)`."""

import pyarrow as pa

from stages.common.particles import SCALARS
from stages.reading.exports.rows.column import Column, Kind

IMAGE = "image"
TEXTS = (IMAGE, "source_id", "class")
MEASURED: dict[str, Kind] = {
    field.name: "number" if pa.types.is_floating(field.type) else "integer"
    for field in SCALARS
    if field.nullable and not pa.types.is_string(field.type) and field.name not in ("simulated", "source_line")
}
KNOWN = (*TEXTS, *MEASURED)


def read_column_map(text: str) -> dict[str, str]:
    """Contract's column: CSV's column. Raises ValueError with the mend."""
    found: dict[str, str] = {}
    for entry in filter(None, (part.strip() for part in text.split(";"))):
        ours, equals, theirs = (part.strip() for part in entry.partition("="))
        if not equals or not theirs:
            raise ValueError(f"{entry!r}: write <column here>=<column of the CSV>, with semicolons between")
        if ours not in KNOWN:
            raise ValueError(f"{ours!r} is not one of {', '.join(KNOWN)}")
        if ours in found:
            raise ValueError(f"{ours} is given twice")
        found[ours] = theirs
    return found


def wanted(column_map: dict[str, str]) -> list[Column]:
    """The CSV's columns that the map names, as text, number or whole number, none below 0 but the elapsed time."""
    return [
        Column(theirs, MEASURED.get(ours, "text"), None if ours == "elapsed_s" or ours in TEXTS else 0)
        for ours, theirs in column_map.items()
    ]
