import numpy as np
import pytest

from stages.simulate.shapes import SHAPES
from stages.simulate.shapes.body import middle

STEP = 0.2


@pytest.mark.parametrize("shape", list(SHAPES))
@pytest.mark.parametrize("diameter", [3.0, 20.0])
def test_a_form_is_as_large_as_told_and_in_the_middle(shape, diameter):
    edge = 3 * int(diameter / STEP / 3 + 8)
    extents = []
    for seed in range(12):
        thickness, height = SHAPES[shape](np.random.default_rng(seed), diameter, edge, STEP)
        assert thickness.shape == height.shape == (edge, edge)
        assert np.isfinite(height).all()
        assert thickness.min() >= 0
        y, x = np.nonzero(thickness > 0.05 * thickness.max())
        assert np.hypot(y - middle(edge), x - middle(edge)).max() * STEP < diameter / 2 + 2 * STEP
        extents.append(max(np.ptp(y), np.ptp(x)) * STEP)
    assert 0.55 * diameter < np.median(extents) < diameter + 2 * STEP


def test_a_fibre_is_a_rod(settings):
    thickness, _ = SHAPES["fibre"](np.random.default_rng(1), 60.0, 321, STEP)
    inside = thickness > 0
    area = inside.sum() * STEP**2
    assert thickness.max() < 60 / 6 + STEP
    assert area < 0.3 * np.pi / 4 * 60**2
    # A round rod: the mean chord over its shadow is pi/4 of its width.
    assert thickness[inside].mean() / thickness.max() == pytest.approx(np.pi / 4, abs=0.06)


def test_a_shard_has_flat_faces():
    thickness, _ = SHAPES["shard"](np.random.default_rng(2), 40.0, 261, STEP)
    inside = thickness > 0.5
    bend = np.abs(np.diff(thickness, n=2, axis=0))[inside[1:-1]]
    assert np.median(bend) < 1e-3


def test_the_same_seed_is_the_same_form_and_another_is_not():
    for heights in SHAPES.values():
        first, again, other = (heights(np.random.default_rng(seed), 10.0, 75, STEP)[0] for seed in (4, 4, 5))
        assert np.array_equal(first, again)
        assert not np.array_equal(first, other)
