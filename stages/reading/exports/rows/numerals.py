"""Numbers as laboratories write them: with a decimal point or comma, with separators of thousands; never by a guess."""

import math
import re

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
POINT = re.compile(r"[+-]?([0-9]{1,3}(,[0-9]{3})+|[0-9]*)\.[0-9]+([eE][+-]?[0-9]+)?")
COMMA = re.compile(r"[+-]?([0-9]{1,3}(\.[0-9]{3})+|[0-9]*),[0-9]+([eE][+-]?[0-9]+)?")
THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}([,.][0-9]{3})+")  # or a number with three decimals


def decimal_mark(cells: list[str]) -> str:
    """ "," where some cells can only be read with a decimal comma and none has a decimal point; else "."."""
    if any(POINT.fullmatch(cell) for cell in cells):
        return "."
    return "," if any(COMMA.fullmatch(cell) and not THOUSANDS.fullmatch(cell) for cell in cells) else "."


def number_of(text: str, mark: str, whole: bool) -> float:
    """The number that `text` is in a table with the decimal `mark`; NaN where it is none, or may be another.

    Thousands are separated only in whole numbers, and in numbers that have a decimal mark besides.
    """
    separator = "." if mark == "," else ","
    with_mark = (COMMA if mark == "," else POINT).fullmatch(text)
    if separator in text and (with_mark or (whole and THOUSANDS.fullmatch(text) and mark not in text)):
        text = text.replace(separator, "")
    elif separator in text and mark == ",":
        return math.nan
    text = text.replace(mark, ".")
    return float(text) if NUMBER.fullmatch(text) else math.nan


def doubt(text: str, mark: str) -> str | None:
    """What is unclear about a number that can't be read; None when it is no number in any way."""
    if THOUSANDS.fullmatch(text):
        digits, separator = re.sub("[,.]", "", text), "," if "," in text else "."
        decimal = f" or {text.replace(separator, '.')}" if text.count(separator) == 1 else ""
        return f"may be {digits}{decimal}; export without separators of thousands"
    other = "." if mark == "," else ","
    if other in text and math.isfinite(number_of(text, other, whole=False)):
        what = "comma" if other == "," else "point where other rows have a comma"
        return f"has a decimal {what}; export with decimal points"
    return None
