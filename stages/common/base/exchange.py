"""Two paths change places in one step, so that there is no moment at which one of them is missing."""

import ctypes
import errno
import os
import sys
from pathlib import Path

AT_FDCWD = -100  # paths are relative to the working folder (Linux, fcntl.h)
RENAME_EXCHANGE = 2  # Linux, renameat2(2)
RENAME_SWAP = 2  # macOS, renamex_np(2)
FORMER = ".former"  # end of the name of what moved aside
NOT_OFFERED = (errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP)


def exchange(first: Path, second: Path) -> None:
    """Give `first` the place of `second` and the other way round; both exist, on one file system.

    Where the file system has no such step (some network drives), `second` moves aside first: a process that is killed
    between two renames then leaves it under the name of `first` with FORMER behind it.
    """
    try:
        _in_one_step(first, second)
    except OSError as error:
        if error.errno not in NOT_OFFERED:
            raise
        former = first.with_name(first.name + FORMER)
        second.rename(former)
        first.rename(second)
        former.rename(first)


def _in_one_step(first: Path, second: Path) -> None:
    names = os.fsencode(first), os.fsencode(second)
    library = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "linux" and hasattr(library, "renameat2"):
        failed = library.renameat2(AT_FDCWD, names[0], AT_FDCWD, names[1], RENAME_EXCHANGE)
    elif sys.platform == "darwin":
        failed = library.renamex_np(*names, RENAME_SWAP)
    else:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    if failed:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), str(second))
