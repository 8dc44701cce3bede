"""params.yaml as typed blocks: a script reads and checks the blocks that it names, and no other.

So a stage doesn't depend on the code of blocks that it doesn't read. `python -m stages.common.params` checks the whole
file, and `make repro` does so before the first stage spends an hour.
"""

from pathlib import Path
from typing import Annotated, TypeVar

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    PositiveFloat,
    PositiveInt,
    StringConstraints,
    Tag,
    ValidationError,
)
from pydantic_core import ErrorDetails

from stages.common.base.errors import InputError

__all__ = [
    "PARAMS",
    "Block",
    "EachClass",
    "Name",
    "PositiveFloat",
    "PositiveInt",
    "Share",
    "of_each",
    "read_parameters",
]

PARAMS = Path("params.yaml")

# A name becomes part of a file's and of a stage's name.
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$")]
Share = Annotated[float, Field(ge=0, le=1)]
# A number for each minority class: one for all, or one by class where they differ.
EachClass = Annotated[
    Annotated[PositiveInt, Tag("for all")] | Annotated[dict[Name, PositiveInt], Field(min_length=1), Tag("by class")],
    Discriminator(lambda value: "by class" if isinstance(value, dict) else "for all"),
]


def of_each(number: int | dict[str, int], classes: list[str]) -> dict[str, int]:
    """`number` by class, for those of `classes` that it speaks of.

    >>> of_each(120, ["oil", "air"]), of_each({"air": 50}, ["oil", "air"])
    ({'oil': 120, 'air': 120}, {'air': 50})
    """
    by_class = number if isinstance(number, dict) else dict.fromkeys(classes, number)
    return {name: by_class[name] for name in classes if name in by_class}


class Block(BaseModel):
    """A block: no unknown key, nothing changed after reading, no silent conversion of types."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, strict=True)


Blocks = TypeVar("Blocks", bound=Block)


def read_parameters(blocks: type[Blocks], path: str | Path = PARAMS, whole: bool = False) -> Blocks:
    """The blocks of `path` that the fields of `blocks` name; with `whole`, others are errors.

    Raises InputError with one line for each wrong key: its name, what it may be and what it is.
    """
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: not found; run the command from the project's folder") from None
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not readable as YAML: {error}") from None
    if isinstance(content, dict) and not whole:
        content = {name: block for name, block in content.items() if name in blocks.model_fields}
    try:
        return blocks.model_validate(content)
    except ValidationError as error:
        raise InputError("\n  ".join([f"{path} is not valid:", *map(_sentence, error.errors())])) from None


def _sentence(error: ErrorDetails) -> str:
    key = ".".join(map(str, error["loc"])) or "the file"
    if error["type"] == "extra_forbidden":
        return f"{key}: unknown key (misspelt, or in the wrong block?)"
    message = error["msg"].removeprefix("Value error, ")
    given = error.get("input")
    shown = f" (it is {given!r})" if isinstance(given, str | int | float | bool | type(None)) else ""
    return f"{key}: {message}{shown}"
