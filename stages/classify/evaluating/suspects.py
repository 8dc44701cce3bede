"""Majority particles that may carry a wrong label.

Samples are labelled whole, so a protein sample holds bubbles and oil too. A majority particle that every trained
seed calls the same minority class, with confidence, is a candidate for a second look, not a proven error.
"""

import numpy as np
import pandas as pd

CONFIDENT = 0.9


def suspects(particles: pd.DataFrame, probabilities: list[np.ndarray], classes: list[str]) -> pd.DataFrame:
    """The candidates among `particles` (N rows), most confident first.

    `probabilities`: for each seed (N, classes). Columns: particle_id, run, class, predicted, probability (the lowest
    over the seeds).
    """
    called = np.stack([found.argmax(axis=1) for found in probabilities])
    lowest = np.stack(probabilities).min(axis=0)[np.arange(len(particles)), called[0]]
    majority = particles["class"].to_numpy() == classes[0]
    chosen = majority & (called == called[0]).all(axis=0) & (called[0] != 0) & (lowest >= CONFIDENT)
    table = particles[["particle_id", "run", "class"]].assign(
        predicted=np.array(classes)[called[0]], probability=lowest
    )
    return table[chosen].sort_values("probability", ascending=False, kind="stable")
