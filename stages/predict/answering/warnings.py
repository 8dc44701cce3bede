"""What speaks against the answer for a run, in sentences and numbers."""

import numpy as np

from stages.predict.unknown.known import Verdict


def warned(foreign: Verdict, drift: Verdict, classes: list[str]) -> list[str]:
    """Sentences for a run that is unlike those that the network knows, or that can't be told to be like them."""
    found = []
    if foreign.alarm:
        group, quantity = worst(foreign)
        found.append(
            f"this run holds something that training didn't, or known particles unlike all known ones: those called "
            f"{classes[group].replace('_', ' ')} depart in {quantity.replace('_', ' ')} "
            f"({foreign.score:.1f}, limit {foreign.limit:.1f}), so the counts may be of other kinds"
        )
    if drift.alarm:
        _, quantity = worst(drift)
        found.append(
            f"this run looks or measures otherwise than the network's own runs, most in {quantity.replace('_', ' ')} "
            f"({drift.score:.1f}, limit {drift.limit:.1f}): another instrument, setting or kind of sample; counts and "
            f"probabilities weren't tried on such runs"
        )
    if not np.isfinite([foreign.limit, drift.limit]).all():
        found.append("too few runs are known to tell whether this one is like them")
    return found


def worst(verdict: Verdict) -> tuple[int, str]:
    """Group and quantity of the largest departure."""
    group, quantity = np.unravel_index(np.nanargmax(verdict.departures), verdict.departures.shape)
    return int(group), verdict.quantities[quantity]


def numbers(verdict: Verdict) -> dict:
    """For a metrics file; a limit that too few runs tell is None, so is a number of particles that no run has."""
    limit, fewest = (value if np.isfinite(value) else None for value in (verdict.limit, verdict.fewest))
    return {
        "score": verdict.score,
        "limit": limit,
        "alarm": verdict.alarm,
        "tested": verdict.tested,
        "fewest": None if fewest is None else int(fewest),
    }
