"""The file params/pretrain/particles.yaml: instruments and suspensions that generators are pretrained on."""

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from stages.common.base.parameters import Block, Name, PositiveFloat, PositiveInt
from stages.common.params.diffusion import GeneratorTraining
from stages.common.params.simulate import Kind, Size


def _in_order(values: list[float]) -> list[float]:
    if values[0] > values[1]:
        raise ValueError("the first must not be above the second")
    return values


Between = Annotated[list[float], Field(min_length=2, max_length=2), AfterValidator(_in_order)]


class DrawnSphere(Block):
    """A sphere whose refractive index each instrument's suspension has anew, between the two of `index`."""

    index: Between
    size: Size
    doublets: float = Field(default=0, ge=0, le=1)
    flattening: float = Field(default=0, ge=0, le=0.3)


class Drawn(Block):
    """What each instrument has anew, evenly between two values."""

    pixel_um: Between
    wavelength_um: Between
    aperture: Between
    condenser_share: Between  # of the aperture
    focus_um: Between
    focus_sd_um: Between
    depth_um: Between
    background: Between
    vignetting: Between
    noise: Between
    dark_over_noise: Between  # threshold below the background over the noise
    light_over_noise: Between
    neighbour_um: Between
    fringe_um: Between


class Suspension(Block):
    """What is measured on every instrument, and called by one name."""

    a_frame: dict[Name, PositiveFloat] = Field(min_length=1)  # particles of each kind that a frame shows, on average
    frames: PositiveInt
    images: PositiveInt  # learnt, at most


class Pretrain(Block):
    seed: int
    instruments: PositiveInt
    measured: PositiveInt
    drawn: Drawn
    same: dict[str, object]  # of every instrument
    spheres: dict[Name, DrawnSphere]
    kinds: dict[Name, Kind]
    suspensions: dict[Name, Suspension]
    epochs: PositiveInt
    training: GeneratorTraining

    @model_validator(mode="after")
    def _kinds_exist(self):
        for name, suspension in self.suspensions.items():
            for kind in suspension.a_frame:
                if kind not in self.spheres and kind not in self.kinds:
                    raise ValueError(f"suspensions.{name}: {kind!r} is neither under `spheres` nor under `kinds`")
        return self

    @model_validator(mode="after")
    def _drawn_before_measured(self):
        if self.measured > self.instruments:
            raise ValueError(f"measured: {self.measured} instruments, but only {self.instruments} are drawn")
        return self
