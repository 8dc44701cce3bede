"""Notes every file of the project whose code a process runs, under the name of the stage that it works for.

Python imports this file by itself where its folder is on PYTHONPATH, in the workers of a stage too.
"""

import os
import sys
from pathlib import Path

STAGE, NOTES, HERE = os.environ.get("DVC_STAGE"), os.environ.get("LOADED_FILES"), Path.cwd()


def note(event: str, arguments: tuple) -> None:
    """Running a module raises the audit event "exec" with its code (PEP 578)."""
    if event == "exec":
        name = getattr(arguments[0], "co_filename", "").removeprefix(f"{HERE}/")
        if name.startswith("stages/"):
            with open(f"{NOTES}/{STAGE}", "a", encoding="utf-8") as file:
                file.write(f"{name}\n")


if STAGE and NOTES:
    sys.addaudithook(note)
