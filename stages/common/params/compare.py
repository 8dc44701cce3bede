"""The block `compare`: how two instruments are compared."""

from pydantic import Field, model_validator

from stages.common.base.parameters import Block, Name, PositiveFloat, PositiveInt


class RatioLimits(Block):
    parallel: list[PositiveFloat] = Field(min_length=2, max_length=2)
    beads: list[PositiveFloat] = Field(min_length=2, max_length=2)

    @model_validator(mode="after")
    def _ordered(self):
        for name, (low, high) in {"parallel": self.parallel, "beads": self.beads}.items():
            if not low < 1 < high:
                raise ValueError(f"{name}: expected [low, high] with low < 1 < high")
        return self

    def of(self, role: str) -> tuple[float, float]:
        """The margins of samples of `role`, parallel or beads."""
        low, high = getattr(self, role)
        return low, high


class BlankLimit(Block):
    from_um: PositiveFloat
    per_ml: PositiveFloat


class Suitability(Block):
    """Limits that an instrument has to keep, set before it measures."""

    bead_bias: PositiveFloat
    bead_cv: PositiveFloat
    recovery: list[PositiveFloat] = Field(min_length=2, max_length=2)
    resolution: PositiveFloat
    blank: BlankLimit
    background_drift: PositiveFloat

    @model_validator(mode="after")
    def _ordered(self):
        if not self.recovery[0] < 1 < self.recovery[1]:
            raise ValueError("recovery: expected [low, high] with low < 1 < high")
        return self


class Compare(Block):
    thresholds_um: list[PositiveInt] = Field(min_length=1)
    networks: dict[Name, str]
    ratio_limits: RatioLimits
    suitability: Suitability
    volume_rsd: float = Field(ge=0, lt=1)
    umap_images: PositiveInt
    umap_neighbours: PositiveInt
    umap_min_dist: float = Field(ge=0, le=1)
