"""The block `evaluate`: how classifiers are judged."""

from itertools import pairwise

from pydantic import Field, field_validator

from stages.common.base.parameters import Block, PositiveFloat, PositiveInt


class Evaluate(Block):
    prevalence: float = Field(gt=0, lt=0.5)
    bootstrap: int = Field(ge=100)
    embedding_images: PositiveInt
    size_edges_um: list[PositiveFloat] = Field(min_length=1)

    @field_validator("size_edges_um")
    @classmethod
    def _ascending(cls, edges: list[float]) -> list[float]:
        if any(low >= high for low, high in pairwise(edges)):
            raise ValueError("expected sizes in ascending order")
        return edges
