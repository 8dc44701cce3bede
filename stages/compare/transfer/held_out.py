"""Would the transfer have told a sample that it was not fitted to? Each one left out in turn."""

from dataclasses import dataclass

from stages.compare.measured import Measured
from stages.compare.transfer.count import Predicted
from stages.compare.transfer.model import Transfer
from stages.compare.transfer.predicting import outside, predict
from stages.compare.transfer.training import pairs_of, threshold_of


@dataclass(frozen=True)
class HeldOut:
    """A sample predicted from all others, and what the second platform counted; `refused`: why a new sample like this
    one would get no prediction."""

    sample: str
    second_um: float
    predicted: Predicted
    observed: int
    refused: str | None

    @property
    def inside(self) -> bool:
        return self.predicted.low <= self.observed <= self.predicted.high


def held_out(measured: Measured, transfer: Transfer) -> list[HeldOut]:
    """Each sample at each size of the transfer; none at a size where too few samples would be left to fit."""
    found = []
    for threshold in transfer.thresholds:
        sizes = threshold.first_um, threshold.second_um
        pairs = pairs_of(measured, transfer.first, transfer.second, *sizes)
        for pair in pairs:
            try:
                others = threshold_of([other for other in pairs if other is not pair], *sizes)
            except ValueError:
                continue
            second = pair.second
            predicted = predict(others, pair.seen, float(second.volume_ml.sum()), len(second.counts))
            refused = outside(others, pair.seen)
            found.append(HeldOut(pair.sample, threshold.second_um, predicted, pair.second_count, refused))
    return found
