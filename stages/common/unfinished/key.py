"""All that decides the result of a run: settings, input files and code. Never what is computed from these."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from stages.common.unfinished.fingerprint import of_bytes, of_code, of_file, rooms_of


@dataclass(frozen=True)
class Key:
    """`stage` of dvc.yaml, the `name` of what it makes, and each thing that decides it with its value or its digest,
    as JSON holds them."""

    stage: str
    name: str
    decisive: dict

    @property
    def digest(self) -> str:
        return of_bytes(self.text.encode())

    @property
    def text(self) -> str:
        return json.dumps(asdict(self), sort_keys=True, indent=1)

    @classmethod
    def read(cls, text: str) -> "Key":
        """Of what `text` gave. Raises ValueError, KeyError or TypeError for anything else."""
        return cls(**json.loads(text))

    def differing(self, other: "Key") -> list[str]:
        """The names of what isn't the same in `other`."""
        mine, theirs = _flat(self.decisive), _flat(other.decisive)
        return sorted(name for name in mine.keys() | theirs.keys() if mine.get(name) != theirs.get(name))


def key_of(stage: str, name: str, settings: dict, inputs: Iterable[str | Path] = ()) -> Key:
    """Of `settings`, anything that JSON can hold; the content of `inputs`; and the code that `stage` loads."""
    files = {str(path): of_file(path) for path in inputs}
    decisive = settings | {"files": files, "code": of_code(rooms_of(stage))}
    return Key(stage, name, json.loads(json.dumps(decisive)))


def _flat(decisive: dict) -> dict[str, object]:
    """One level of blocks opened: training.lr."""
    blocks = {name: value if isinstance(value, dict) else {"": value} for name, value in decisive.items()}
    return {f"{name}.{key}".rstrip("."): value for name, block in blocks.items() for key, value in block.items()}
