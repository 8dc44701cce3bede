"""The block `quality`: how synthetic images are judged."""

from pydantic import Field

from stages.common.base.parameters import Block, Share


class Quality(Block):
    images: int = Field(ge=2)
    trajectory: int = Field(ge=2)
    copies_max: Share
    authentic_min: Share
