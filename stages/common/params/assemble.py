"""The block `assemble`: what each training set is made of, and the methods against imbalance that it is learnt by."""

from typing import Literal, get_args

from pydantic import Field, field_validator, model_validator

from stages.common.base.parameters import Block, EachClass, Name, PositiveInt, of_each
from stages.common.params.classes import Classes

Drawing = Literal["oversampling", "balanced_draws"]
Loss = Literal["class_weights", "focal", "logit_adjustment"]
Change = Literal["strong_augmentation", "mixup"]
BALANCING = (*get_args(Drawing), "class_weights", "logit_adjustment")


class Dataset(Block):
    """What every training set may say. `platform`: that of the block where it says none."""

    platform: Name | None = None
    methods: list[Literal[Drawing, Loss, Change]] = Field(default=[])

    @field_validator("methods")
    @classmethod
    def _methods_go_together(cls, methods: list[str]) -> list[str]:
        for kind, names in {"drawing": get_args(Drawing), "loss": get_args(Loss)}.items():
            if len(named := [name for name in methods if name in names]) > 1:
                raise ValueError(f"one {kind} at most, not {' and '.join(named)}")
        if len(named := [name for name in methods if name in BALANCING]) > 1:
            raise ValueError(f"{' and '.join(named)} each make up for the classes' shares; together they would twice")
        if len(set(methods)) < len(methods):
            raise ValueError("each method once")
        return methods


class RealDataset(Dataset):
    """Real images of the majority, and of each minority class."""

    majority: PositiveInt
    minority: EachClass

    def real(self, classes: Classes) -> dict[str, int]:
        """Real images by class."""
        return {classes.majority: self.majority} | of_each(self.minority, classes.minority)

    def generated(self, classes: Classes) -> dict[str, int]:
        """Synthetic images by class: none."""
        return {}


class MixedDataset(Dataset):
    """The same with synthetic images of minority classes; without `minority` these have no real ones."""

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
