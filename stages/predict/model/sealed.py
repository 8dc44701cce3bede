"""A folder whose files are what they were when it was written: a list of their digests, which `sha256sum --check`
reads too, and a refusal of any that has changed."""

import hashlib
from pathlib import Path

from stages.common.base.errors import InputError

SUMS = "SHA256SUMS"


def seal(folder: Path) -> None:
    """List the digest of every file in `folder`."""
    files = sorted(path for path in folder.iterdir() if path.name != SUMS)
    lines = [f"{_digest(path.read_bytes())}  {path.name}\n" for path in files]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def contents_of(folder: Path, names: tuple[str, ...]) -> dict[str, bytes]:
    """The bytes of the files `names`, once every file of the list has been found as it was.

    Raises InputError that names the first file that has changed or is missing.
    """
    if not folder.is_dir():
        raise InputError(
            f"{folder}: the folder is not there; `dvc repro pack` writes one for each platform into models/classifier"
        )
    listed = _listed(folder / SUMS)
    if unlisted := [name for name in names if name not in listed]:
        raise InputError(
            f"{folder / SUMS}: doesn't list {unlisted[0]}; copy the whole folder again from where it was made"
        )
    found = {name: _unchanged(folder / name, digest) for name, digest in listed.items()}
    return {name: found[name] for name in names}


def sealed_in(folder: Path) -> list[Path]:
    """The sealed folders in `folder`, by name."""
    return sorted(sums.parent for sums in folder.glob(f"*/{SUMS}"))


def digest_of(folder: Path) -> str:
    """One digest for all files of a sealed folder."""
    return _digest((folder / SUMS).read_bytes())


def _listed(sums: Path) -> dict[str, str]:
    """Digest of each file that the list names."""
    if not sums.is_file():
        raise InputError(f"{sums}: not there; copy the whole folder, which holds it")
    listed = {}
    *lines, rest = sums.read_bytes().decode("utf-8", errors="replace").split("\n")
    for number, line in enumerate([*lines, rest] if rest else lines, start=1):
        digest, gap, name = line.partition("  ")
        if len(digest) != 64 or not gap or Path(name).name != name:
            raise InputError(f"{sums}, line {number}: no digest and file name; copy the folder again")
        listed[name] = digest
    return listed


def _unchanged(path: Path, digest: str) -> bytes:
    if not path.is_file():
        raise InputError(f"{path}: not there, but listed in {SUMS}; copy the whole folder again")
    content = path.read_bytes()
    if _digest(content) != digest:
        raise InputError(
            f"{path}: not the file that was packed (its SHA-256 differs from that in {SUMS}); copy the folder again "
            f"from where it was made, or run `dvc repro pack`"
        )
    return content


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
