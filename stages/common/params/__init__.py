"""params.yaml as typed models, one file a block; read once, at the edge of a script.

`load()` checks the whole file, whatever stage asks, so that a mistake in the last block is told before the first
stage spends an hour. The error names the key and what it may be.
"""

from pathlib import Path

import yaml
from pydantic import ValidationError, model_validator

from stages.common.errors import InputError
from stages.common.params.assemble import Assemble
from stages.common.params.block import Block, Name
from stages.common.params.classify import Classify
from stages.common.params.compare import Compare
from stages.common.params.diffusion import Diffusion
from stages.common.params.evaluate import Evaluate
from stages.common.params.ingest import Ingest
from stages.common.params.normalize import Normalize
from stages.common.params.quality import Quality
from stages.common.params.simulate import Simulate
from stages.common.params.split import Split


class Params(Block):
    """The whole of params.yaml."""

    seed: int
    classes: list[Name]
    simulate: Simulate
    ingest: Ingest
    normalize: Normalize
    split: Split
    diffusion: Diffusion
    quality: Quality
    assemble: Assemble
    classify: Classify
    evaluate: Evaluate
    compare: Compare

    @model_validator(mode="after")
    def _blocks_agree(self):
        _known("diffusion.classes", self.diffusion.classes, self.classes)
        _known("split.classes", self.split.classes, self.classes)
        for name, dataset in self.datasets.items():
            _known(f"assemble {name}: real", dataset.real, self.classes)
            _known(f"assemble {name}: synthetic", dataset.synthetic, list(self.diffusion.classes))
            for kind, count in dataset.synthetic.items():
                if count > self.diffusion.sampler.images:
                    raise ValueError(
                        f"assemble {name}: {count} synthetic images of {kind} are asked for, "
                        f"but diffusion.sampler.images is {self.diffusion.sampler.images}"
                    )
        trained = [f"{d}-{a}" for d in self.assemble.real for a in self.classify.architectures]
        _known("compare.networks", list(self.compare.networks.values()), trained)
        return self

    @property
    def datasets(self) -> dict:
        """Every training set, real ones first."""
        return self.assemble.real | self.assemble.mixed


def load(path: str | Path = "params.yaml") -> Params:
    """Read and check `path`. Raises InputError with one line for each wrong key."""
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: not found; run the command from the project's folder") from None
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not readable as YAML: {error}") from None
    try:
        return Params.model_validate(content)
    except ValidationError as error:
        raise InputError("\n  ".join([f"{path} is not valid:", *map(_sentence, error.errors())])) from None


def _known(where: str, names, known: list[str]) -> None:
    for name in names:
        if name not in known:
            raise ValueError(f"{where}: {name!r} is not one of {', '.join(known)}")


def _sentence(error: dict) -> str:
    key = ".".join(map(str, error["loc"])) or "the file"
    if error["type"] == "extra_forbidden":
        return f"{key}: unknown key (misspelt, or in the wrong block?)"
    message = error["msg"].removeprefix("Value error, ")
    given = error.get("input")
    shown = f" (it is {given!r})" if isinstance(given, str | int | float | bool | type(None)) else ""
    return f"{key}: {message}{shown}"
