"""Whether dvc.lock tells of the files in this tree: `python -m stages.review.stale`.

What isn't in Git isn't there in a fresh clone, and isn't asked for; all that is there must be what dvc.lock says it was
when the results were made. Ends with 1 and a line for each stage that it wasn't.
"""

import json
import subprocess
import sys

from stages.common.base.errors import InputError, run

ABSENT = ("deleted", "not in cache")


def stale(status: dict[str, list]) -> dict[str, list[str]]:
    """Of `dvc status --json`: stage -> what changed, without files that are only absent."""
    found: dict[str, list[str]] = {}
    for stage, entries in status.items():
        reasons = []
        for entry in entries:
            if isinstance(entry, str):
                reasons.append(entry)
                continue
            for kind, paths in entry.items():
                reasons += _reasons(kind, paths)
        if reasons:
            found[stage] = reasons
    return found


def _reasons(kind: str, paths: dict) -> list[str]:
    reasons = []
    for path, how in paths.items():
        if isinstance(how, dict):
            reasons += [f"{path}: {name} {word}" for name, word in how.items()]
        elif how not in ABSENT:
            reasons.append(f"{kind.removeprefix('changed ')}: {path} {how}")
    return reasons


def main() -> None:
    done = subprocess.run(["dvc", "status", "--json"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise InputError(f"dvc status failed: {done.stderr.strip()}")
    found = stale(json.loads(done.stdout or "{}"))
    for stage, reasons in found.items():
        print(f"{stage}: {'; '.join(reasons)}")
    print(f"{len(found)} stages are stale: run `make repro` and commit" if found else "dvc.lock tells of this tree")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    run(main)
