"""Errors that a user can mend, and how a script ends on one."""

import sys
from collections.abc import Callable


class InputError(Exception):
    """Something in the user's input is wrong. The message names the place and the mend."""


def run(main: Callable[[], None]) -> None:
    """Run a script's `main`; an InputError ends it with its message alone, without a traceback."""
    try:
        main()
    except InputError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit("interrupted: nothing half-written; run the same command again to go on")
