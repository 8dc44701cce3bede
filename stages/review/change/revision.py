"""Files as a commit holds them."""

import json
import re
import subprocess

import yaml

from stages.common.base.errors import InputError


class Revision:
    """A commit of the repository in the present folder. Raises InputError when there is none of that name."""

    def __init__(self, name: str) -> None:
        found = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        if found is None:
            raise InputError(f"{name}: no such commit; in a shallow clone, fetch it first")
        self.commit = found.decode().strip()

    def bytes(self, path: str) -> bytes | None:
        """The file's content; None where the commit has no such file."""
        return _git("cat-file", "blob", f"{self.commit}:{path}")

    def json(self, path: str) -> dict:
        """Of a JSON file; nothing where there is none."""
        content = self.bytes(path)
        return json.loads(content) if content else {}

    def yaml(self, path: str) -> dict:
        """Of a YAML file; nothing where there is none."""
        content = self.bytes(path)
        return yaml.safe_load(content) if content else {}


def _git(*arguments: str) -> bytes | None:
    done = subprocess.run(["git", *arguments], capture_output=True, check=False)
    if done.returncode and re.search(rb"not a git repository", done.stderr):
        raise InputError("this folder isn't in a Git repository; run it in a clone of the project")
    return done.stdout if done.returncode == 0 else None
