"""The block `evaluate`: how classifiers are judged."""

from pydantic import Field

from stages.common.base.parameters import Block, PositiveInt


class Evaluate(Block):
    prevalence: float = Field(gt=0, lt=0.5)
    bootstrap: int = Field(ge=100)
    embedding_images: PositiveInt
