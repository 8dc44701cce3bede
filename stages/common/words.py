"""Numbers as a reader wants them: as many digits as they bear, and a dash for what is not known."""

import math

from jinja2 import Undefined

DASH = "–"
MINUS = "−"
THIN_SPACE = "\u202f"  # narrow, and no line break


def _unknown(value) -> bool:
    return value is None or isinstance(value, Undefined) or (isinstance(value, float) and not math.isfinite(value))


def whole(value) -> str:
    """12345 -> 12 345."""
    return DASH if _unknown(value) else f"{round(value):,}".replace(",", THIN_SPACE).replace("-", MINUS)


def digits(value, count: int = 3) -> str:
    """`count` significant digits, never an exponent for what fits in a table: 0.01234 -> 0.0123, 12345.6 -> 12 346."""
    if _unknown(value):
        return DASH
    if value == 0:
        return "0"
    magnitude = math.floor(math.log10(abs(value)))
    if magnitude >= count:
        return whole(value)
    text = f"{value:.{count - 1}e}" if magnitude < -4 else f"{value:.{max(0, count - 1 - magnitude)}f}"
    return text.replace("-", MINUS)


def percent(value, decimals: int = 1) -> str:
    """0.9671 -> 96.7 %."""
    return DASH if _unknown(value) else f"{100 * value:.{decimals}f}{THIN_SPACE}%".replace("-", MINUS)


def span(low, high, kind: str = "number") -> str:
    """An interval: 0.61 to 0.83; of shares, with kind "percentage": 61.0 to 83.0."""
    if _unknown(low) or _unknown(high):
        return ""
    low, high = (f"{100 * end:.1f}" if kind == "percentage" else digits(end) for end in (low, high))
    return f"{low} to {high}"


def score(entry) -> str:
    """A share with its interval: {"value": .967, "low": .94, "high": .99} -> 96.7 % (94.0 to 99.0)."""
    if _unknown(entry) or _unknown(entry.get("value")):
        return DASH
    interval = span(entry.get("low"), entry.get("high"), "percentage")
    return percent(entry["value"]) + (f" ({interval})" if interval else "")


def named(key) -> str:
    """A name as words: silicone_oil -> silicone oil."""
    return str(key).replace("_", " ")


def threshold(key: str) -> str:
    """at_least_10_um -> ≥ 10 µm, below_2_um -> < 2 µm, 2_to_5_um -> 2 to 5 µm; anything else as words."""
    words = key.split("_")
    if words[-1] != "um":
        return named(key)
    sign = {"at": f"≥{THIN_SPACE}", "below": f"<{THIN_SPACE}"}.get(words[0], "")
    bounds = [word for word in words[:-1] if word[0].isdigit()]
    return f"{sign}{' to '.join(bounds)}{THIN_SPACE}µm"


SYMBOLS = {"within": "✓", "outside": "✗", "undecided": "?", "not decidable": "∅", "not compared": DASH}


def verdict(word: str) -> str:
    """A verdict's symbol and word."""
    return f"{SYMBOLS[word]} {word}"
