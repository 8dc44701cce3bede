import numpy as np
import pytest

from stages.compare.transfer.size_map import SizeMap


def size_map(first, second):
    return SizeMap(nominal_um=[float(n + 1) for n in range(len(first))], first_um=first, second_um=second)


def test_it_goes_through_the_beads_and_never_falls():
    first, second = [2.5, 5.4, 9.8, 26.0], [2.2, 5.0, 10.1, 25.0]
    own = size_map(first, second)
    assert [own.first_of(size) for size in second] == pytest.approx(first)
    assert np.diff([own.first_of(size) for size in np.geomspace(2.2, 25, 200)]).min() > 0


def test_a_power_law_between_the_platforms_is_kept():
    second = np.array([2.0, 5, 10, 25])
    own = size_map(list(1.3 * second**0.9), list(second))
    assert [own.first_of(size) for size in (3, 7, 20)] == pytest.approx([1.3 * size**0.9 for size in (3, 7, 20)])


@pytest.mark.parametrize("size", [1.9, 26])
def test_beyond_the_beads_nothing_is_told(size):
    with pytest.raises(ValueError, match="outside of the beads"):
        size_map([2.0, 5.0, 25.0], [2.0, 5.0, 25.0]).first_of(size)


def test_two_sizes_and_beads_in_disorder_are_no_map():
    with pytest.raises(ValueError, match="needs 3"):
        size_map([2.0, 5.0], [2.0, 5.0])
    with pytest.raises(ValueError, match="no monotone map"):
        size_map([2.0, 5.0, 4.0], [2.0, 5.0, 10.0])
    with pytest.raises(ValueError, match="no monotone map"):
        size_map([2.0, 5.0, 10.0], [2.0, 5.0, 5.0])
