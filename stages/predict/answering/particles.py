"""What the network says of each particle."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from stages.common.base.threads import cores, in_order
from stages.predict.answering.part import COLUMNS, Part
from stages.predict.doubt import abstention, conformal
from stages.predict.model.model import Model
from stages.predict.unknown.appearance import appearance
from stages.predict.unknown.known import Known
from stages.predict.unknown.likened import Likened, joined

BLOCK = 512  # particles that are held against known ones at a time
SEPARATOR = "|"  # between the classes of a set


@dataclass(frozen=True)
class Said:
    """Of N images: probabilities (N, C), calibrated, at equal shares of the classes; called (N,), the most probable
    class by number; sets (N, C), which classes it may be; answered (N,), False: to be reviewed; likened, how they are
    held against known ones; unknown (N,), unlike all of these."""

    probabilities: np.ndarray
    called: np.ndarray
    sets: np.ndarray
    answered: np.ndarray
    likened: Likened
    unknown: np.ndarray


def said_of(images: np.ndarray, rows: pd.DataFrame, model: Model) -> Said:
    """What the model says of `images`, uint8 (N, edge, edge), whose instrument's columns stand in `rows`."""
    logits, features = model.network.answers(images)
    fitted = model.fitted
    probabilities = fitted.calibration.probabilities(logits)
    called = probabilities.argmax(axis=1)
    likened = _likened(features, images, rows, called, model.known)
    return Said(
        probabilities,
        called,
        conformal.sets(probabilities, fitted.set_thresholds),
        abstention.answered(probabilities, fitted.answer_thresholds),
        likened,
        model.known.flags(likened),
    )


def _likened(features: np.ndarray, images: np.ndarray, rows: pd.DataFrame, called: np.ndarray, known: Known) -> Likened:
    """Block by block, several at a time."""

    def likened(start: int) -> Likened:
        own = slice(start, start + BLOCK)
        return known.likened(appearance(features[own], images[own], rows.iloc[own]), called[own])

    return joined(list(in_order(likened, range(0, max(len(images), 1), BLOCK), cores())))


def particle_columns(said: Said, classes: list[str]) -> dict[str, pa.Array]:
    """The answers as columns, a row for each image."""
    shares = {
        f"p_{name}": pa.array(said.probabilities[:, number].astype(np.float32)) for number, name in enumerate(classes)
    }
    return {
        "class": pa.array(np.array(classes, dtype=object)[said.called], pa.string()),
        "probability": pa.array(said.probabilities.max(axis=1).astype(np.float32)),
        **shares,
        "set": _set_names(said.sets, classes),
        "review": pa.array(~said.answered),
        "unlikeness": pa.array(said.likened.unlikeness.astype(np.float32)),
        "unknown": pa.array(said.unknown),
    }


def particle_table(part: Part, columns: dict[str, pa.Array]) -> pa.Table:
    """The part's rows beside `columns`, which have a value for each image; null where there is none."""
    places = np.where(part.seen, np.cumsum(part.seen) - 1, -1)
    taken = pa.array(places, mask=~part.seen)
    found = part.rows.select(list(COLUMNS))
    for name, values in columns.items():
        found = found.append_column(name, values.take(taken))
    return found


def _set_names(sets: np.ndarray, classes: list[str]) -> pa.Array:
    """The names of the classes in each set, in their order; "" for a set of none."""
    different, place = np.unique(sets, axis=0, return_inverse=True)
    names = [SEPARATOR.join(name for name, held in zip(classes, one, strict=True) if held) for one in different]
    return pa.array(np.array(names, dtype=object)[place.ravel()], pa.string())
