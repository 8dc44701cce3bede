"""The block `assemble`: what each training set is made of."""

from pydantic import Field, model_validator

from stages.common.base.parameters import Block, Name, PositiveInt


class RealDataset(Block):
    platform: Name
    real: dict[Name, PositiveInt] = Field(min_length=2)

    @property
    def synthetic(self) -> dict[str, int]:
        return {}


class MixedDataset(Block):
    platform: Name
    real: dict[Name, PositiveInt] = Field(min_length=1)
    synthetic: dict[Name, PositiveInt] = Field(min_length=1)

    @model_validator(mode="after")
    def _something_to_tell_apart(self):
        if len(set(self.real) | set(self.synthetic)) < 2:
            raise ValueError("two classes at least, real and synthetic together")
        return self


class Assemble(Block):
    real: dict[Name, RealDataset]
    mixed: dict[Name, MixedDataset]

    @model_validator(mode="after")
    def _names_differ(self):
        if both := set(self.real) & set(self.mixed):
            raise ValueError(f"{', '.join(sorted(both))}: named under both `real` and `mixed`")
        return self

    @property
    def datasets(self) -> dict[str, RealDataset | MixedDataset]:
        """Every training set, real ones first."""
        return self.real | self.mixed
