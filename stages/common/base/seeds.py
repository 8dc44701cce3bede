"""Random numbers that depend on the seed and a name, and on nothing else.

Python's own `hash` of a string changes from process to process; a digest doesn't.
"""

import hashlib

import numpy as np


def seed_of(seed: int, *names: object) -> int:
    """A 63-bit seed for `names` (a stage, a class, a step, an image's number), from the run's `seed`.

    >>> seed_of(1, "generate", "air_bubble", 0)
    1243359364743627282
    >>> seed_of(1, "generate", "air_bubble", 0) == seed_of(2, "generate", "air_bubble", 0)
    False
    """
    key = "/".join([str(seed), *map(str, names)]).encode()
    return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), "little") >> 1


def random_of(seed: int, *names: object) -> np.random.Generator:
    """A NumPy generator for `names`: the same numbers for the same names, whatever was drawn before.

    >>> random_of(1, "split").integers(100, size=3) == random_of(1, "split").integers(100, size=3)
    array([ True,  True,  True])
    """
    return np.random.default_rng(seed_of(seed, *names))
