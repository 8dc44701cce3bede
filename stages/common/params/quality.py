"""The block `quality`: how generated images are judged."""

from pydantic import Field

from stages.common.params.block import Block


class Quality(Block):
    images: int = Field(ge=2)
    trajectory: int = Field(ge=2)
