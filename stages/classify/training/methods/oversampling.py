"""Images of the smaller classes repeated until all classes have as many as the largest."""

from collections.abc import Iterator

import numpy as np


def oversampling(label: np.ndarray, random: np.random.Generator) -> Iterator[np.ndarray]:
    """In each round every class is drawn as often as the largest class has images, and its images as often as each
    other, but for one."""
    members = [np.flatnonzero(label == number) for number in np.unique(label)]
    most = max(map(len, members))
    while True:
        round_ = np.concatenate([_repeated(numbers, most, random) for numbers in members])
        yield random.permutation(round_)


def _repeated(numbers: np.ndarray, count: int, random: np.random.Generator) -> np.ndarray:
    rounds = -(-count // len(numbers))
    return np.concatenate([random.permutation(numbers) for _ in range(rounds)])[:count]
