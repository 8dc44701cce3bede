"""The block `classify`: networks, grid and training of the classifiers."""

from typing import Literal

from pydantic import Field

from stages.common.base.parameters import Block, PositiveFloat, PositiveInt

NetworkName = Literal["light", "resnet18", "resnet50"]


class Grid(Block):
    optimizer: list[Literal["adam", "adamw"]] = Field(min_length=1)
    lr: list[PositiveFloat] = Field(min_length=1)
    weight_decay: list[float] = Field(min_length=1)
    batch: list[PositiveInt] = Field(min_length=1)


class ClassifierTraining(Block):
    images: PositiveInt
    repeats: PositiveInt
    augment: bool
    schedule: Literal["cosine", "constant"]
    precision: Literal["auto", "float32"]


class Architecture(Block):
    """How one network is trained: what suits one of 84,000 parameters doesn't suit one of eleven millions."""

    grid: Grid
    training: ClassifierTraining


class Classify(Block):
    architectures: dict[NetworkName, Architecture] = Field(min_length=1)
    workers: PositiveInt
