"""Digests of files and code."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[3]  # of the project
DVC_YAML = ROOT / "dvc.yaml"


def of_bytes(*parts: bytes) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()


def of_file(path: str | Path) -> str:
    """Digest of a file's content."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def rooms_of(stage: str) -> list[Path]:
    """The code that `stage` loads: what its `deps:` in dvc.yaml name below stages/, so that a run that was cut off goes
    on exactly where DVC would take a finished one for current. Raises KeyError when there is no such stage."""
    entry = yaml.safe_load(DVC_YAML.read_text(encoding="utf-8"))["stages"][stage]
    return [ROOT / name for name in entry.get("do", entry)["deps"] if name.startswith("stages/")]


def of_code(places: Iterable[Path]) -> str:
    """Digest of the Python files that `places` are or hold, their names in the project included."""
    files = {file for place in places for file in (place.rglob("*.py") if place.is_dir() else [place])}
    parts = ((file.relative_to(ROOT).as_posix().encode(), file.read_bytes()) for file in sorted(files))
    return of_bytes(*(part for both in parts for part in both))
