"""Coverage of a gain by generated images: three classifiers, taught by one generator or by one each."""

from itertools import product

import numpy as np
from scipy.special import expit, logit

from stages.classify.table.paired import macro_recall_difference

COUNTS = (827, 117, 121)  # particles of each class, the majority first
RECALLS = np.array([0.93, 0.84, 0.90])
SEEDS = 3
SEED_SPREAD = 0.2  # logit, between seeds of a classifier
GENERATOR_SPREADS = (0.0, 0.2, 0.4)  # logit, between trainings of a class's generator


def seeds_coverage(draws: int, random: np.random.Generator) -> list[dict]:
    """The gain is that of an average generator; here there is none in logits."""
    label = np.repeat(np.arange(len(COUNTS)), COUNTS)
    run = np.full(len(label), "run")
    rows = []
    for spread, generators in product(GENERATOR_SPREADS, (1, SEEDS)):
        true = _mean_recall(np.hypot(SEED_SPREAD, spread * _minority()), random) - _mean_recall(SEED_SPREAD, random)
        held = 0
        for _ in range(draws):
            effects = random.normal(0, spread, (generators, len(COUNTS))) * _minority()
            taught = np.broadcast_to(effects, (SEEDS, len(COUNTS)))
            hard = random.random(len(label))
            first, second = (hard < _recalls(effect, random)[:, label] for effect in (taught, np.zeros_like(taught)))
            found = macro_recall_difference(label, run, first, second)
            held += found["low"] <= true <= found["high"]
        rows.append({"generator_spread": spread, "generators": generators, "coverage": held / draws})
    return rows


def _minority() -> np.ndarray:
    """1 for the classes that have a generator."""
    return np.array([0, 1, 1])


def _recalls(effect: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Recall of each seed for each class, (SEEDS, classes)."""
    return expit(logit(RECALLS) + effect + random.normal(0, SEED_SPREAD, effect.shape))


def _mean_recall(spread: np.ndarray | float, random: np.random.Generator) -> float:
    """Macro recall over endless seeds and generators."""
    return float(expit(logit(RECALLS) + random.normal(0, 1, (1_000_000, len(RECALLS))) * spread).mean())
