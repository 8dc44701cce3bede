"""The block `predict`: which network answers, and how sure its answers have to be."""

from itertools import pairwise
from typing import Annotated

from pydantic import Discriminator, Field, Tag, field_validator

from stages.common.base.parameters import Block, Name, PositiveFloat

BEST = "best"
# A network's name for all runs, or one for each platform.
Networks = Annotated[
    Annotated[str, Tag("for all")] | Annotated[dict[Name, str], Field(min_length=1), Tag("by platform")],
    Discriminator(lambda value: "by platform" if isinstance(value, dict) else "for all"),
]


class Predict(Block):
    network: Networks
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

    @property
    def networks(self) -> list[str]:
        """The names that `network` holds."""
        return list(self.network.values()) if isinstance(self.network, dict) else [self.network]
