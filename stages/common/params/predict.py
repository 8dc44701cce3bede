"""The block `predict`: which network answers, and how sure its answers have to be."""

from itertools import pairwise

from pydantic import Field, field_validator

from stages.common.base.parameters import Block, PositiveFloat

BEST = "best"


class Predict(Block):
    network: str
    set_level: float = Field(gt=0.5, lt=1)
    error_max: float = Field(gt=0, lt=0.5)
    count_level: float = Field(gt=0.5, lt=1)
    false_flags: float = Field(gt=0, lt=0.5)
    false_alarms: float = Field(gt=0, lt=0.5)
    thresholds_um: list[PositiveFloat] = Field(min_length=1)

    @field_validator("thresholds_um")
    @classmethod
    def _ascending(cls, thresholds: list[float]) -> list[float]:
        if any(low >= high for low, high in pairwise(thresholds)):
            raise ValueError("expected sizes in ascending order")
        return thresholds
