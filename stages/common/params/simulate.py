"""The block `simulate`: two instruments and what is measured on them."""

from typing import Literal

from pydantic import Field, model_validator

from stages.common.params.block import Block, Name, PositiveFloat, PositiveInt


class Platform(Block):
    """A simulated instrument."""

    format: Literal["flowcam", "mfi"]
    pixel_um: PositiveFloat
    frame_px: list[PositiveInt] = Field(min_length=2, max_length=2)
    wavelength_um: PositiveFloat
    aperture: float = Field(gt=0, lt=1)
    condenser: float = Field(gt=0, lt=1)
    focus_um: float
    depth_um: PositiveFloat
    background: float = Field(gt=0, lt=255)
    noise: float = Field(ge=0)
    threshold_dark: PositiveFloat
    threshold_light: PositiveFloat
    neighbour_um: float = Field(ge=0)
    fringe_px: float = Field(ge=0)
    min_size_um: float = Field(ge=0)
    max_size_um: PositiveFloat
    border_px: int = Field(ge=0)


class Sample(Block):
    """A suspension, measured in some runs on each platform."""

    role: Literal["class", "beads", "parallel", "blank", "unlabelled"]
    kind: Literal["protein", "silicone_oil", "air_bubble", "bead"]
    label: Name | None = Field(default=None, alias="class")
    per_ml: PositiveFloat
    frames: dict[Name, PositiveInt]
    runs: dict[Name, PositiveInt]
    diameter_um: PositiveFloat | None = None
    cv: float | None = Field(default=None, ge=0, lt=1)

    @model_validator(mode="after")
    def _complete(self):
        if (self.role == "class") != (self.label is not None):
            raise ValueError("`class` goes with role: class, and only with it")
        if (self.kind == "bead") != (self.diameter_um is not None and self.cv is not None):
            raise ValueError("`diameter_um` and `cv` go with kind: bead, and only with it")
        if set(self.frames) != set(self.runs):
            raise ValueError("`frames` and `runs` must name the same platforms")
        return self


class Simulate(Block):
    platforms: dict[Name, Platform]
    samples: dict[Name, Sample]

    @model_validator(mode="after")
    def _platforms_exist(self):
        for name, sample in self.samples.items():
            for platform in sample.runs:
                if platform not in self.platforms:
                    raise ValueError(f"sample {name}: platform {platform!r} is not under simulate.platforms")
        return self
