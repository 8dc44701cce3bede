"""What a classifier says of particles whose labels are known."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from stages.common.confusion import confusion


@dataclass(frozen=True)
class Answers:
    """N particles of one platform: `label` (N,) by number of `classes`, `probabilities` (N, classes), `run` (N,)."""

    classes: list[str]
    label: np.ndarray
    probabilities: np.ndarray
    run: np.ndarray

    def of(self, kept: np.ndarray) -> "Answers":
        """Those of the particles `kept`, bool (N,)."""
        return replace(self, label=self.label[kept], probabilities=self.probabilities[kept], run=self.run[kept])

    @cached_property
    def called(self) -> np.ndarray:
        """The class that is most probable, by number (N,)."""
        return self.probabilities.argmax(axis=1)

    @cached_property
    def counts(self) -> np.ndarray:
        """The confusion matrix, true class by called class."""
        return confusion(self.label, self.called, len(self.classes))
