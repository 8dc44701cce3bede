"""The block `assemble`: what each training set is made of."""

from pydantic import model_validator

from stages.common.base.parameters import Block, EachClass, Name, PositiveInt, of_each
from stages.common.params.classes import Classes


class RealDataset(Block):
    """Real images of the majority, and of each minority class. `platform`: that of the block where it says none."""

    platform: Name | None = None
    majority: PositiveInt
    minority: EachClass

    def real(self, classes: Classes) -> dict[str, int]:
        """Real images by class."""
        return {classes.majority: self.majority} | of_each(self.minority, classes.minority)

    def generated(self, classes: Classes) -> dict[str, int]:
        """Synthetic images by class: none."""
        return {}


class MixedDataset(Block):
    """The same with synthetic images of minority classes; without `minority` these have no real ones."""

    platform: Name | None = None
    majority: PositiveInt
    minority: EachClass | None = None
    synthetic: EachClass

    def real(self, classes: Classes) -> dict[str, int]:
        """Real images by class."""
        minority = {} if self.minority is None else of_each(self.minority, classes.minority)
        return {classes.majority: self.majority} | minority

    def generated(self, classes: Classes) -> dict[str, int]:
        """Synthetic images by class."""
        return of_each(self.synthetic, classes.minority)


class Assemble(Block):
    platform: Name
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

    def platform_of(self, dataset: RealDataset | MixedDataset) -> str:
        """Whose particles its real images are of."""
        return dataset.platform or self.platform
