"""How the learning rate runs over the training, as a factor of `lr`. A new schedule is one line in the table."""

import math

WARM_UP = 0.1  # share of the steps over which "cosine" rises


def cosine(progress: float) -> float:
    """Linear rise over the first tenth, then half a cosine down to zero."""
    if progress < WARM_UP:
        return progress / WARM_UP
    return 0.5 * (1 + math.cos(math.pi * (progress - WARM_UP) / (1 - WARM_UP)))


def constant(progress: float) -> float:
    return 1.0


SCHEDULES = {"cosine": cosine, "constant": constant}
