"""The eight symmetries of a square."""

import itertools

import numpy as np
import torch

from stages.common.symmetries import SYMMETRIES, oriented, turned
from stages.diffusion.training import step

SQUARE = np.arange(9, dtype=np.uint8).reshape(1, 3, 3)


def test_they_are_the_squares_eight_symmetries():
    """Turned by numpy's rot90, mirrored by its fliplr: a group of eight, whatever is done twice."""
    by_hand = {np.rot90(way, turns).tobytes() for way in (SQUARE[0], np.fliplr(SQUARE[0])) for turns in range(4)}
    ways = oriented(SQUARE)[:, 0]
    assert len({way.tobytes() for way in ways}) == SYMMETRIES
    assert {way.tobytes() for way in ways} == by_hand
    twice = {oriented(way[None])[number, 0].tobytes() for way, number in itertools.product(ways, range(SYMMETRIES))}
    assert twice == by_hand


def test_each_image_in_the_symmetry_that_its_number_names():
    images = np.random.default_rng(1).integers(0, 255, (SYMMETRIES, 6, 6), dtype=np.uint8)
    numbers = np.random.default_rng(2).permutation(SYMMETRIES)
    expected = oriented(images)[numbers, np.arange(SYMMETRIES)]
    np.testing.assert_array_equal(turned(images, numbers), expected)
    on_tensors = step.turned(torch.from_numpy(images), torch.from_numpy(numbers))
    np.testing.assert_array_equal(on_tensors.numpy(), expected)
