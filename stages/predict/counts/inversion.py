"""Class numbers by the inverted matrix of misclassification (Rogan and Gladen 1978; Solow et al. 2001).

Another route that stages.predict.counts.counted is held against.
"""

import numpy as np


def inverted(called: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """(C,) numbers n with n @ rows = `called` (C,), where `rows` (C, C) are the shares of each class called each class.

    They may come out below 0."""
    return np.linalg.solve(rows.T, called)
