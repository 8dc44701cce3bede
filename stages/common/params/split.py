"""The block `split`: shares of train, selection and validation."""

from pydantic import model_validator

from stages.common.base.parameters import Block, Name, Share


class Fractions(Block):
    train: Share
    selection: Share
    validation: Share

    @model_validator(mode="after")
    def _sum_to_one(self):
        total = self.train + self.selection + self.validation
        if abs(total - 1) > 1e-6:
            raise ValueError(f"train, selection and validation must add up to 1; they add up to {total:g}")
        return self


class Split(Block):
    fractions: Fractions
    classes: dict[Name, Fractions]
