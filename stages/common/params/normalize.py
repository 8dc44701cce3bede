"""The block `normalize`: from a crop of any size to one size."""

from typing import Literal

from pydantic import Field

from stages.common.base.parameters import Block


class Normalize(Block):
    edge_px: int = Field(ge=8, le=512, multiple_of=8)
    fit: Literal["crop", "random_crop", "letterbox", "fixed_scale"]
    background: Literal["level", "plane", "none"]
    background_level: int = Field(ge=0, le=255)
