"""The answer for a run: its particles, how many of each class they are, and what speaks against it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from stages.predict.answering.counts import CountedRun, run_counts
from stages.predict.answering.part import Facts, Part
from stages.predict.answering.seen import Seen, look
from stages.predict.answering.warnings import warned
from stages.predict.model.model import Model
from stages.predict.unknown.known import NOT_JUDGED, Verdict


@dataclass(frozen=True)
class Answer:
    """counts: a row for each threshold and class. foreign: whether the run holds something that training
    didn't. drift: whether it looks or measures otherwise. warnings: sentences about what
    speaks against it; notes: about what it can't hold."""

    facts: Facts
    seen: Seen
    counted: CountedRun
    counts: pd.DataFrame
    foreign: Verdict
    drift: Verdict
    warnings: list[str]
    notes: list[str]

    @property
    def particles(self) -> pa.Table:
        """A row each; a particle without an image is called nothing."""
        return self.seen.particles

    @property
    def alarm(self) -> bool:
        """Whether the run is unlike those that the network knows, so that its class counts aren't to be trusted."""
        return self.foreign.alarm or self.drift.alarm


def answer_of(parts: Iterable[Part], facts: Callable[[], Facts], model: Model) -> Answer:
    """facts: what is known of the run once its last part was taken."""
    seen = look(parts, model)
    told = facts()
    counted = CountedRun(told, seen.probabilities, seen.diameter, seen.sized_by is not None)
    if told.known:
        foreign = drift = NOT_JUDGED
        warnings = []
    else:
        foreign, drift = model.known.run_test(seen.likened), model.known.drift(seen.likened)
        warnings = warned(foreign, drift, model.manifest.classes)
    notes = _notes(seen, told, model)
    return Answer(told, seen, counted, run_counts(counted, model), foreign, drift, warnings, notes)


def _notes(seen: Seen, facts: Facts, model: Model) -> list[str]:
    notes = []
    if facts.known:
        notes.append("the network learnt or was chosen by this run, so whether it is like known runs isn't asked")
    if facts.no_concentration:
        notes.append(f"no concentration: {facts.no_concentration}")
    if facts.rejected:
        notes.append(f"{facts.rejected} rows can't be read and may be particles of any class: the upper ends hold them")
    if facts.without_image:
        notes.append(f"{facts.without_image} particles have no image and may be of any class: the upper ends hold them")
    if seen.sized_by is None:
        notes.append("no diameter is reported, so particles are counted in all sizes alone")
    elif unsized := int(np.isnan(seen.diameter).sum()):
        notes.append(f"{unsized} particles have no {seen.sized_by} and are counted in all sizes alone")
    if model.manifest.diameter not in (None, seen.sized_by) and seen.sized_by is not None:
        notes.append(f"sizes are {seen.sized_by}, those of the network's training runs {model.manifest.diameter}")
    return notes
