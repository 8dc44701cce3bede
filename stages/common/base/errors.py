"""Errors that a user can mend, and how a script ends on one."""

import sys
from collections.abc import Callable

from stages.common.base.threads import one_thread


class InputError(Exception):
    """Something in the user's input is wrong. The message names the place and the mend."""


def run(main: Callable[[], None]) -> None:
    """Run a script's `main`, each computation on one thread; what the user can mend ends it with a message alone,
    without a traceback."""
    try:
        one_thread()
        main()
    except InputError as error:
        sys.exit(f"error: {error}")
    except FileNotFoundError as error:
        sys.exit(f"error: {error.filename or error}: not there; `dvc repro` runs what writes it first")
    except KeyboardInterrupt:
        sys.exit("interrupted: nothing half-written; run the same command again to go on")
