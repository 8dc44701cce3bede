"""Class-balanced sampling: each draw takes a class, all as likely, then one of its images (Kang et al. 2020,
arXiv:1910.09217, section 3.2)."""

from collections.abc import Iterator

import numpy as np

DRAWN_AT_ONCE = 1024


def balanced_draws(label: np.ndarray, random: np.random.Generator) -> Iterator[np.ndarray]:
    """With replacement, so a small class's images come in an uneven order, unlike in oversampling."""
    members = [np.flatnonzero(label == number) for number in np.unique(label)]
    first = np.cumsum([0, *map(len, members)])[:-1]
    counts, numbers = np.array([*map(len, members)]), np.concatenate(members)
    while True:
        drawn = random.integers(0, len(members), DRAWN_AT_ONCE)
        yield numbers[first[drawn] + random.integers(0, counts[drawn])]
