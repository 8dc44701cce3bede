"""Random numbers that depend on the seed and a name, and on nothing else.

Python's own `hash` of a string changes from process to process; a digest doesn't.
"""

import hashlib

import numpy as np


def seed_of(seed: int, *names: object) -> int:
    """A 63-bit seed for `names` (a stage, a class, a step, an image's number), from the run's `seed`."""
    key = "/".join([str(seed), *map(str, names)]).encode()
    return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), "little") >> 1


def random_of(seed: int, *names: object) -> np.random.Generator:
    """A NumPy generator for `names`."""
    return np.random.default_rng(seed_of(seed, *names))
