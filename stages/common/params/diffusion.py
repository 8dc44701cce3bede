"""The block `diffusion`: network, process, training and sampling of the generators."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from stages.common.base.errors import InputError
from stages.common.base.parameters import Block, EachClass, Name, PositiveFloat, PositiveInt, Share, of_each


class GeneratorBudget(Block):
    images: EachClass
    epochs: EachClass
    shared: list[Name]

    @model_validator(mode="after")
    def _shared_by_several(self):
        if len(self.shared) == 1 or len(set(self.shared)) < len(self.shared):
            raise ValueError("shared: expected no class, or two or more different ones")
        if len(set(of_each(self.epochs, self.shared).values())) > 1:
            raise ValueError("epochs: classes that share one network have the same")
        return self

    def learnt_with(self, label: str) -> list[str]:
        """The classes that the network of `label` learns; in alphabetical order, so that the order of `shared` decides
        nothing."""
        return sorted(self.shared) if label in self.shared else [label]

    def of(self, label: str) -> tuple[int, int]:
        """Training images of `label`, at most, and epochs. Raises InputError where one of them isn't told."""
        try:
            return of_each(self.images, [label])[label], of_each(self.epochs, [label])[label]
        except KeyError:
            raise InputError(f"diffusion.generator doesn't say how {label} is learnt") from None


class Network(Block):
    base: PositiveInt
    multipliers: list[PositiveInt] = Field(min_length=1)
    patch: Literal[1, 2, 4]
    linear_attention: list[PositiveInt]
    attention: list[PositiveInt]
    blocks: PositiveInt
    dropout: float = Field(ge=0, lt=1)


class Process(Block):
    objective: Literal["epsilon", "v", "flow"]
    schedule: Literal["linear", "cosine", "shifted_cosine"] | None = None
    zero_terminal_snr: bool
    times: Literal["uniform", "logit_normal"]
    log_noise_mean: float = 0.0
    log_noise_sd: PositiveFloat = 1.0
    steps: int = Field(ge=2)
    standardize: bool
    asinh_softening: PositiveFloat | None = None

    @model_validator(mode="after")
    def _path(self):
        if self.objective == "flow":
            if self.schedule is not None or self.zero_terminal_snr:
                raise ValueError("flow has a path of its own: set schedule to null and zero_terminal_snr to false")
        elif self.schedule is None:
            raise ValueError(f"schedule: {self.objective} needs one: linear, cosine or shifted_cosine")
        if self.objective == "epsilon" and self.zero_terminal_snr:
            raise ValueError(
                "zero_terminal_snr goes with objective: v; at time T the state is nothing but noise, and an "
                "answer that repeats the noise says nothing of the image"
            )
        return self

    @model_validator(mode="after")
    def _stretched(self):
        if self.asinh_softening is not None and not self.standardize:
            raise ValueError("asinh_softening goes with standardize: true; set it to null for grey levels on [-1, 1]")
        return self


class GeneratorTraining(Block):
    batch: PositiveInt
    shards: PositiveInt
    lr: PositiveFloat
    lr_schedule: Literal["cosine", "constant"]
    loss: Literal["mse", "l1"]
    min_snr: PositiveFloat | None = None
    ema: Share
    augment: bool
    unlabelled: float = Field(ge=0, lt=1)
    held_out: int = Field(ge=0)
    patience: PositiveInt | None = None
    precision: Literal["auto", "float32"]
    compile: bool
    checkpoint_every: PositiveInt
    sample_epochs: list[PositiveInt]

    @model_validator(mode="after")
    def _something_to_stop_by(self):
        if self.patience is not None and not self.held_out:
            raise ValueError("patience needs held_out: without held-out images there is no loss to stop by")
        return self


class Sampler(Block):
    name: Literal["ancestral", "ddim", "dpm_solver", "dpm_solver_sde", "heun"]
    steps: PositiveInt
    batch: PositiveInt
    guidance: float = Field(ge=1)
    images: int = Field(ge=2)
    copy_gap: float = Field(gt=0, lt=1)


class Diffusion(Block):
    platform: Name
    start: Annotated[str, Field(min_length=1)]
    generator: GeneratorBudget
    network: Network
    process: Process
    training: GeneratorTraining
    sampler: Sampler

    @model_validator(mode="after")
    def _guided_by_what_was_learnt(self):
        if self.generator.shared and self.sampler.guidance > 1 and self.training.unlabelled == 0:
            raise ValueError(
                f"sampler.guidance {self.sampler.guidance:g} needs training.unlabelled above 0: the shared network "
                "would never have learnt to answer without the class"
            )
        return self

    @model_validator(mode="after")
    def _possible(self):
        if self.sampler.steps > self.process.steps:
            raise ValueError(f"sampler.steps must be at most process.steps ({self.process.steps})")
        if both := set(self.network.linear_attention) & set(self.network.attention):
            raise ValueError(f"network: level {min(both)} is under both `linear_attention` and `attention`; choose one")
        if self.training.min_snr is not None and self.process.zero_terminal_snr:
            raise ValueError(
                "training.min_snr gives time T no weight, but zero_terminal_snr samples from there; drop one"
            )
        if (self.sampler.name == "heun") != (self.process.objective == "flow"):
            raise ValueError(
                f"sampler.name: {self.sampler.name} doesn't go with process.objective: {self.process.objective}; heun "
                "goes with flow, the others go with epsilon and v"
            )
        return self
