"""Apply transfers to samples of their first platform: a row for each sample, other platform and size."""

from collections.abc import Callable

import pandas as pd

from stages.compare.transfer.model import Threshold, Transfer
from stages.compare.transfer.predicting import Seen, outside, predict

COLUMNS = [
    *("sample", "from", "counted_um", "counted", "to", "size_um", "imaged_ml", "count", "count_low", "count_high"),
    *("per_ml", "per_ml_low", "per_ml_high", "refused"),
]


def applied(transfer: Transfer, sample: str, seen_at: Callable[[Threshold], Seen]) -> pd.DataFrame:
    """What a run on the transfer's second platform would have counted of `sample`, with the interval of 90 % of what
    would be observed; refused where the sample is none that was trained for.

    `seen_at` gives the counts on the first platform from a threshold's sizes on, or raises ValueError where they are
    not known.
    """
    place: dict[str, object] = {"sample": sample, "from": transfer.first, "to": transfer.second}
    rows = [place | {"size_um": refused.second_um, "refused": refused.reason} for refused in transfer.refused]
    for threshold in transfer.thresholds:
        row = place | {"size_um": threshold.second_um, "counted_um": threshold.first_um}
        try:
            seen = seen_at(threshold)
        except ValueError as error:
            rows.append(row | {"refused": str(error)})
            continue
        row |= {"counted": seen.count}
        reason = outside(threshold, seen)
        rows.append(row | ({"refused": reason} if reason else _prediction(transfer, threshold, seen)))
    return pd.DataFrame(rows, columns=COLUMNS).sort_values("size_um", ignore_index=True)


def _prediction(transfer: Transfer, threshold: Threshold, seen: Seen) -> dict:
    """Of one run on the second platform, at the dilution that the first saw."""
    volume_ml = transfer.second_ml * seen.volume_ml / seen.imaged_ml
    found = predict(threshold, seen, volume_ml, 1)
    return {
        "imaged_ml": transfer.second_ml,
        "count": found.expected,
        "count_low": found.low,
        "count_high": found.high,
        "per_ml": found.expected / volume_ml,
        "per_ml_low": found.low / volume_ml,
        "per_ml_high": found.high / volume_ml,
    }
