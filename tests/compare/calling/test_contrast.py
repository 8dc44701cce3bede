import numpy as np
import pytest

from stages.compare.calling.contrast import contrast_of, stretched


def disks(*departures, level=175):
    """Pictures of 8 x 8 px with a square of 4 x 4 px that departs so much from the background."""
    images = np.full((len(departures), 8, 8), level, np.uint8)
    for image, departure in zip(images, departures, strict=True):
        image[2:6, 2:6] += np.array(departure).astype(np.int8).astype(np.uint8)
    return images


def test_contrast_is_the_departure_from_the_background_whichever_way():
    """A quarter of the pixels departs by 40: root mean square 20."""
    assert contrast_of(disks(-40), np.array(["a"])) == pytest.approx(20)
    assert contrast_of(disks(40, level=100), np.array(["a"])) == pytest.approx(20)


def test_frequent_classes_count_no_more_than_rare_ones():
    images, truth = disks(*[-40] * 9, -10), np.array(["a"] * 9 + ["b"])
    assert contrast_of(images, truth) == pytest.approx(np.sqrt(20 * 5))


def test_stretching_brings_the_contrast_to_what_was_asked_for():
    images, truth = disks(-20, -40, 30), np.array(["a"] * 3)
    wider = stretched(images, 1.5)
    assert wider.dtype == np.uint8
    assert contrast_of(wider, truth) == pytest.approx(1.5 * contrast_of(images, truth))
    assert (stretched(images, 1.0) == images).all()
    assert (wider[:, 0, 0] == 175).all()


def test_what_is_too_bright_is_white():
    assert stretched(disks(60), 3.0).max() == 255
