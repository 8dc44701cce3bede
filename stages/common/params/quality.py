"""The block `quality`: how generated images are judged."""

from pydantic import Field

from stages.common.params.block import Block, Share


class Quality(Block):
    images: int = Field(ge=2)
    trajectory: int = Field(ge=2)
    copy_gap: float = Field(gt=0, lt=1)
    copies_max: Share
    authentic_min: Share
