"""The words that a script is called with."""

import sys

from stages.common.base.errors import InputError


def arguments(program: str, *names: str) -> list[str]:
    """One word for each of `names`. Raises InputError that shows how `python -m <program>` is called."""
    given = sys.argv[1:]
    if len(given) != len(names):
        usage = " ".join(f"<{name}>" for name in names)
        raise InputError(f"{len(given)} arguments where {len(names)} are expected: python -m {program} {usage}")
    return given
