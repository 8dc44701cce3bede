"""The block `diffusion`: network, process, training and sampling of the generators."""

from typing import Literal

from pydantic import Field, model_validator

from stages.common.params.block import Block, Name, PositiveFloat, PositiveInt, Share


class DiffusionClass(Block):
    images: PositiveInt
    epochs: PositiveInt


class Network(Block):
    base: PositiveInt
    multipliers: list[PositiveInt] = Field(min_length=1)
    patch: Literal[1, 2, 4]
    linear_attention: list[PositiveInt]
    attention: list[PositiveInt]
    blocks: PositiveInt
    dropout: float = Field(ge=0, lt=1)


class Process(Block):
    objective: Literal["epsilon", "v"]
    schedule: Literal["linear", "cosine", "shifted_cosine"]
    steps: int = Field(ge=2)
    standardize: bool


class Training(Block):
    batch: PositiveInt
    lr: PositiveFloat
    lr_schedule: Literal["cosine", "constant"]
    loss: Literal["mse", "l1"]
    min_snr: PositiveFloat | None = None
    ema: Share
    augment: bool
    precision: Literal["auto", "float32"]
    checkpoint_every: PositiveInt
    sample_epochs: list[PositiveInt]


class Sampler(Block):
    name: Literal["ancestral", "ddim", "dpm_solver"]
    steps: PositiveInt
    batch: PositiveInt
    images: int = Field(ge=2)


class Diffusion(Block):
    platform: Name
    classes: dict[Name, DiffusionClass]
    network: Network
    process: Process
    training: Training
    sampler: Sampler

    @model_validator(mode="after")
    def _possible(self):
        if self.sampler.steps > self.process.steps:
            raise ValueError(f"sampler.steps must be at most process.steps ({self.process.steps})")
        if both := set(self.network.linear_attention) & set(self.network.attention):
            raise ValueError(f"network: level {min(both)} is under both `linear_attention` and `attention`; choose one")
        if self.training.min_snr is not None and self.process.objective != "v":
            raise ValueError("training.min_snr goes with process.objective: v; set it to null")
        return self
