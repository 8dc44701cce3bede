"""The block `assemble`: what each training set is made of, and the methods against imbalance that it is learnt by."""

from typing import Literal, get_args

from pydantic import Field, field_validator, model_validator

from stages.common.base.parameters import Block, Name, PositiveInt

Drawing = Literal["oversampling", "balanced_draws"]
Loss = Literal["class_weights", "focal", "logit_adjustment"]
Change = Literal["strong_augmentation", "mixup"]
BALANCING = (*get_args(Drawing), "class_weights", "logit_adjustment")


class Dataset(Block):
    platform: Name
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
    real: dict[Name, PositiveInt] = Field(min_length=2)

    @property
    def synthetic(self) -> dict[str, int]:
        return {}


class MixedDataset(Dataset):
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
