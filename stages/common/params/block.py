"""What every block of params.yaml has in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt, StringConstraints

# A name becomes part of a file's and of a stage's name.
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$")]
Share = Annotated[float, Field(ge=0, le=1)]

__all__ = ["Block", "Name", "PositiveFloat", "PositiveInt", "Share"]


class Block(BaseModel):
    """A block: no unknown key, nothing changed after reading, no silent conversion of types."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, strict=True)
