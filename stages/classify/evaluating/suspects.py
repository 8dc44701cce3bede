"""Majority particles that may carry a wrong label.

Samples are labelled whole, so a protein sample holds bubbles and oil too. A majority particle that every trained
seed calls the same minority class, with confidence, is a candidate for a second look, not a proven error.
"""

import numpy as np
import pandas as pd

from stages.classify.evaluating.answers import Answers
from stages.common.majority import MAJORITY

CONFIDENT = 0.9


def suspects(particles: pd.DataFrame, seeds: list[Answers]) -> pd.DataFrame:
    """The candidates among `particles` (N rows), most confident first; `seeds`: the answers of each trained seed.

    Columns: particle_id, run, class, predicted, probability (the lowest over the seeds).
    """
    called = np.stack([answers.called for answers in seeds])
    lowest = np.stack([answers.probabilities for answers in seeds]).min(axis=0)[np.arange(len(particles)), called[0]]
    agreed = (called == called[0]).all(axis=0) & (lowest >= CONFIDENT)
    chosen = (seeds[0].label == MAJORITY) & (called[0] != MAJORITY) & agreed
    table = particles[["particle_id", "run", "class"]].assign(
        predicted=np.array(seeds[0].classes)[called[0]], probability=lowest
    )
    return table[chosen].sort_values("probability", ascending=False, kind="stable")
