"""The block `quality`: how generated images are judged."""

from pydantic import Field

from stages.common.params.block import Block


class Quality(Block):
    images: int = Field(ge=16)
    trajectory: list[int] = Field(min_length=2)
