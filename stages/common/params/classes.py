"""The block `classes`: the names of the classes, which stand here and nowhere else."""

from collections import Counter

from pydantic import Field, model_validator

from stages.common.base.parameters import Block, Name


class Classes(Block):
    majority: Name
    minority: list[Name] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_name_once(self):
        if twice := [name for name, times in Counter(self.names).items() if times > 1]:
            raise ValueError(f"{', '.join(twice)}: named twice; each class has a name of its own")
        return self

    @property
    def names(self) -> list[str]:
        """All of them, the majority first: their order in tables and confusion matrices."""
        return [self.majority, *self.minority]
