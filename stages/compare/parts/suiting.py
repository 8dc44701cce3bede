"""System suitability: limits set beforehand, and a verdict for each."""

import pandas as pd

from stages.common.params.compare import Suitability
from stages.compare.measured import Measured
from stages.compare.parts.part import Part, stated
from stages.compare.suitability import MET, NOT_ASSESSED, NOT_MET, suitability_of


def suitability_part(measured: Measured, beads: pd.DataFrame, drifts: dict[str, float], limits: Suitability) -> Part:
    """Every check, and how many were met; for use of an instrument on that day, no statement on a product."""
    if not measured.columns:
        return Part(skipped="no platform reports diameters")
    checks = suitability_of(measured, beads, drifts, limits)
    words = [check["verdict"] for check in checks]
    counted = {word: words.count(word) for word in (MET, NOT_MET, NOT_ASSESSED)}
    return Part({"verdicts": counted, "checks": [stated(check) for check in checks]})
