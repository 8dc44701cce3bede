"""A digest of all that decides a result: parameters, input files and code."""

import hashlib
import json
from pathlib import Path

CHUNK = 1 << 20


def of_bytes(*parts: bytes) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()


def of_file(path: str | Path) -> str:
    """Digest of a file's content, read in chunks."""
    digest = hashlib.blake2b(digest_size=16)
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def of_code(*folders: str | Path) -> str:
    """Digest of every Python file below `folders`, names included."""
    files = sorted(path for folder in folders for path in Path(folder).rglob("*.py"))
    return of_bytes(*(part for path in files for part in (str(path).encode(), path.read_bytes())))


def fingerprint(parameters: object, inputs: list[str | Path], code: list[str | Path]) -> str:
    """Digest of `parameters` (anything that JSON can hold), the content of `inputs` and the code in `code`."""
    settings = json.dumps(parameters, sort_keys=True, default=str).encode()
    return of_bytes(settings, *(of_file(path).encode() for path in inputs), of_code(*code).encode())
