"""The words for a ratio of concentrations beside its margins."""

from dataclasses import dataclass

from stages.compare.design import MOST_RUNS, Design

WITHIN, OUTSIDE, UNDECIDED = "within", "outside", "undecided"
NOT_DECIDABLE, NOT_COMPARED = "not decidable", "not compared"


@dataclass(frozen=True)
class Verdict:
    word: str
    reason: str | None = None


def verdict_of(low: float, high: float, limits: tuple[float, float], design: Design | None) -> Verdict:
    """ "within" when the whole interval lies in the margins, "outside" when none of it does. Else "undecided" where the
    design could have placed some ratio within, and "not decidable" where it could not. `design` is None when nothing
    was counted, from which no design follows."""
    if limits[0] <= low and high <= limits[1]:
        return Verdict(WITHIN)
    if high < limits[0] or limits[1] < low:
        return Verdict(OUTSIDE)
    if design and design.placeable:
        return Verdict(UNDECIDED)
    return Verdict(NOT_DECIDABLE, "with this design" + (_needs(design) if design else ""))


def _needs(design: Design) -> str:
    if design.runs_needed is None:
        return f" (needs more than {MOST_RUNS} runs on each platform)"
    return f" (needs {design.runs_needed} runs on each platform)"
