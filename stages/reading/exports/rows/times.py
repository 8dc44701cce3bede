"""Times as exports state them: each carries its zone, or says that it isn't known."""

from datetime import datetime, timedelta

UNKNOWN = "(time zone not known)"
FARTHEST = timedelta(hours=14)  # of a zone from UTC
STEP = timedelta(minutes=15)  # in which zones differ


def utc(text: str | None) -> str | None:
    """A time that is UTC, with its Z; unchanged where it is no ISO time."""
    moment = _moment(text)
    return text if moment is None else f"{moment.isoformat()}Z"


def local(text: str | None, at_utc: str | None = None) -> str | None:
    """A time by the clock of the place, with the zone that the same moment in UTC tells."""
    moment = _moment(text)
    if moment is None:
        return f"{text} {UNKNOWN}" if text else None
    same = _moment(at_utc.removesuffix("Z") if at_utc else None)
    ahead = moment - same if same else None
    if ahead is None or abs(ahead) > FARTHEST or ahead % STEP:
        return f"{moment.isoformat()} {UNKNOWN}"
    minutes = round(ahead.total_seconds() / 60)
    return f"{moment.isoformat()}{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def _moment(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(" ".join(text.split())) if text else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo is None else None
