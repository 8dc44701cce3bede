"""What a recall says of lots that weren't measured: its interval when runs differ.

Particles of one run share lot, focus and operator. Between m runs there are m - 1 differences to learn from, however
many particles each holds.
"""

import numpy as np
from scipy.stats import norm, t

from stages.classify.evaluating.answers import Answers
from stages.common.proportions import clopper_pearson

ONE_RUN = "one run: no interval for lots"


def recall_over_runs(answers: Answers, number: int) -> dict:
    """The 95 % interval of the recall of class `number` in runs like these: Korn and Graubard 1998 (Survey Methodology
    24:193). Clopper and Pearson's for an effective number of particles, reduced once more by (z / t)^2.

    The effective number is the one whose binomial variance equals the variance between runs; never more than there are
    particles.
    """
    members = answers.label == number
    _, run = np.unique(answers.run[members], return_inverse=True)
    total = np.bincount(run)
    hits = np.bincount(run, weights=answers.called[members] == number)
    runs = len(total)
    if runs < 2:
        return {"runs": runs, "note": ONE_RUN}
    effective = _effective_particles(hits, total)
    trials = effective * (norm.ppf(0.975) / t.ppf(0.975, runs - 1)) ** 2
    value = hits.sum() / total.sum()
    low, high = clopper_pearson(value * trials, trials)
    return {"runs": runs, "effective_particles": effective, "value": value, "low": low, "high": high}


def _effective_particles(hits: np.ndarray, total: np.ndarray) -> float:
    """p (1 - p) over the variance of p between runs, a ratio estimate (Cochran 1977, chapter 6)."""
    runs, particles = len(total), total.sum()
    share = hits.sum() / particles
    between = runs / (runs - 1) * ((hits - share * total) ** 2).sum() / particles**2
    alone = share * (1 - share)
    return float(particles if alone >= particles * between else alone / between)
