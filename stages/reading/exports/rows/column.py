"""What a column of a particle table may hold."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["integer", "number", "text"]
INT32 = 2**31 - 1  # the largest whole number that a reader takes


@dataclass(frozen=True)
class Column:
    """What a column may hold. `least`: smallest value allowed (None: any)."""

    name: str
    kind: Kind
    least: float | None = None
