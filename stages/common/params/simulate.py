"""The block `simulate`: two instruments, kinds of particles, and the suspensions that are measured."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from stages.common.base.parameters import Block, Name, PositiveFloat, PositiveInt


class Platform(Block):
    """A simulated instrument."""

    format: Literal["flowcam", "mfi"]
    pixel_um: PositiveFloat
    frame_px: list[PositiveInt] = Field(min_length=2, max_length=2)
    wavelength_um: PositiveFloat
    aperture: float = Field(gt=0, lt=1)
    condenser: float = Field(gt=0, lt=1)
    focus_um: float
    focus_sd_um: float = Field(ge=0)
    focus_drift_um: float = Field(ge=0)
    depth_um: PositiveFloat
    background: float = Field(gt=0, lt=255)
    brightness_sd: float = Field(ge=0, lt=0.2)
    brightness_drift: float = Field(ge=0, lt=0.2)
    vignetting: float = Field(ge=0, lt=1)
    background_frames: PositiveInt
    noise: float = Field(ge=0)
    threshold_dark: PositiveFloat
    threshold_light: PositiveFloat
    neighbour_um: float = Field(ge=0)
    fringe_px: float = Field(ge=0)
    min_size_um: float = Field(ge=0)
    max_size_um: PositiveFloat
    border_px: int = Field(ge=0)

    @model_validator(mode="after")
    def _condenser_within_pupil(self):
        if self.condenser >= self.aperture:
            raise ValueError("`condenser` must be smaller than `aperture`: bright field")
        return self


class Bounded(Block):
    low: PositiveFloat
    high: PositiveFloat

    @model_validator(mode="after")
    def _in_order(self):
        if self.low >= self.high:
            raise ValueError("`low` must be below `high`")
        return self


class Lognormal(Bounded):
    """Diameters around `median` um with the geometric standard deviation `spread`, drawn between the bounds."""

    law: Literal["lognormal"]
    median: PositiveFloat
    spread: float = Field(gt=1)


class Power(Bounded):
    """N(>d) falls as d**-exponent between the bounds."""

    law: Literal["power"]
    exponent: PositiveFloat


class Certified(Block):
    """The nominal diameter and coefficient of variation of the sample."""

    law: Literal["certified"]


Size = Annotated[Lognormal | Power | Certified, Field(discriminator="law")]


class Sphere(Block):
    """`doublets`: share with a second one attached; `flattening`: 1 - short/long axis, at most."""

    shape: Literal["sphere"]
    index: PositiveFloat
    size: Size
    doublets: float = Field(default=0, ge=0, le=1)
    flattening: float = Field(default=0, ge=0, le=0.3)


class LargeBubble(Block):
    """Air, wider than the tables of spheres reach; flat where the cell leaves no room."""

    shape: Literal["large_bubble"]
    size: Size


class Irregular(Block):
    """`index`: drawn between the two; `absorption`: its imaginary part."""

    shape: Literal["clump", "shard", "fibre", "blob"]
    index: list[PositiveFloat] = Field(min_length=2, max_length=2)
    absorption: float = Field(default=0, ge=0)
    size: Size


Kind = Annotated[Sphere | LargeBubble | Irregular, Field(discriminator="shape")]


class Sample(Block):
    """A suspension, measured in some runs on each platform; `per_ml` by kind, before its dilution; `sizes`: its own law
    of the diameters of a kind, in place of the kind's."""

    role: Literal["class", "beads", "parallel", "blank", "unlabelled"]
    label: Name | None = Field(default=None, alias="class")
    per_ml: dict[Name, PositiveFloat]
    sizes: dict[Name, Annotated[Lognormal | Power, Field(discriminator="law")]] = Field(default_factory=dict)
    dilution: float = Field(default=1, ge=1)
    parent: Name | None = None  # the sample that this one was diluted from
    frames: dict[Name, PositiveInt]
    runs: dict[Name, PositiveInt]
    diameter_um: PositiveFloat | None = None
    cv: float | None = Field(default=None, ge=0, lt=1)

    @model_validator(mode="after")
    def _complete(self):
        if (self.role == "class") != (self.label is not None):
            raise ValueError("`class` goes with role: class, and only with it")
        if (self.role == "beads") != (self.diameter_um is not None and self.cv is not None):
            raise ValueError("`diameter_um` and `cv` go with role: beads, and only with it")
        if set(self.frames) != set(self.runs):
            raise ValueError("`frames` and `runs` must name the same platforms")
        return self


class Simulate(Block):
    platforms: dict[Name, Platform]
    kinds: dict[Name, Kind]
    samples: dict[Name, Sample]

    @model_validator(mode="after")
    def _names_exist(self):
        for name, sample in self.samples.items():
            for platform in sample.runs:
                if platform not in self.platforms:
                    raise ValueError(f"sample {name}: platform {platform!r} is not under simulate.platforms")
            for kind in sample.sizes:
                if kind not in sample.per_ml:
                    raise ValueError(f"sample {name}: sizes of {kind!r}, of which it has none under per_ml")
            for kind in sample.per_ml:
                if kind not in self.kinds:
                    raise ValueError(f"sample {name}: kind {kind!r} is not under simulate.kinds")
                if sample.role != "beads" and isinstance(self.kinds[kind].size, Certified):
                    raise ValueError(f"sample {name}: kind {kind!r} has certified sizes, which only beads have")
        return self

    @model_validator(mode="after")
    def _large_bubbles_have_a_rim(self):
        kinds = self.kinds.values()
        if any(kind.shape == "large_bubble" for kind in kinds) and "air_bubble" not in self.kinds:
            raise ValueError("a kind of shape large_bubble takes its rim from the kind air_bubble, which is not there")
        return self
