"""The block `classify`: networks, grid and training of the classifiers."""

from typing import Literal

from pydantic import Field

from stages.common.base.parameters import Block, PositiveFloat, PositiveInt


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


class Classify(Block):
    architectures: list[Literal["resnet18", "resnet50"]] = Field(min_length=1)
    grid: Grid
    training: ClassifierTraining
    workers: PositiveInt
