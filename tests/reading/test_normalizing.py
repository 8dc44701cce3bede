import numpy as np
import pytest

from stages.reading.normalizing.fits import FITS
from stages.reading.normalizing.grey import background_of, levelled, to_grey

BACKGROUND = 160


def disc(height: int, width: int, radius: float, level: int = 60) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    inside = np.hypot(y - (height - 1) / 2, x - (width - 1) / 2) <= radius
    return np.where(inside, level, BACKGROUND).astype(np.uint8)


def test_grey_is_bt601_luma():
    colours = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]], np.uint8)
    assert to_grey(colours).tolist() == [[76, 150, 29, 255]]


def test_a_grey_picture_stays_as_it_is():
    grey = disc(7, 9, 2)
    assert (to_grey(grey[:, :, None]) == grey).all()


def test_background_holds_when_the_particle_touches_the_border():
    image = disc(20, 20, 5)
    image[:, :8] = 30
    assert background_of(image) == BACKGROUND


def test_levelling_shifts_and_keeps_contrast():
    image = levelled(disc(21, 21, 5), 175)
    assert background_of(image) == 175
    assert int(image[0, 0]) - int(image[10, 10]) == BACKGROUND - 60


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("shape", [(64, 64), (10, 30), (30, 10), (1, 1), (200, 90), (3, 64)])
def test_every_fit_gives_a_square_of_the_asked_size(fit, shape):
    image = FITS[fit](disc(*shape, 4), 64, 0.55, 1)
    assert image.shape == (64, 64)
    assert image.dtype == np.uint8


def test_crop_keeps_the_aspect_and_the_centre():
    image = FITS["crop"](disc(32, 96, 10), 64, 0.55, 1)
    dark = image < (BACKGROUND + 60) / 2
    assert dark.any(axis=0).sum() == pytest.approx(dark.any(axis=1).sum(), abs=1)
    assert dark.sum() == pytest.approx(np.pi * 20.5**2, rel=0.05)


def test_letterbox_keeps_the_whole_image_on_its_own_background():
    image = FITS["letterbox"](disc(16, 64, 6), 64, 0.55, 1)
    assert (image[:24] == BACKGROUND).all()
    assert (image[40:] == BACKGROUND).all()
    assert (image[24:40] == disc(16, 64, 6)).all()


@pytest.mark.parametrize("pixel_um", [0.25, 0.5, 1.0])
def test_fixed_scale_keeps_absolute_size(pixel_um):
    radius_um = 5
    edge = round(40 / pixel_um)
    image = FITS["fixed_scale"](disc(edge, edge, radius_um / pixel_um), 64, pixel_um, 1)
    area_um2 = (image < (BACKGROUND + 60) / 2).sum() * 0.5**2
    assert area_um2 == pytest.approx(np.pi * radius_um**2, rel=0.05)


def test_random_crop_depends_on_the_seed_alone():
    image = np.tile(np.arange(200, dtype=np.uint8), (20, 1))
    first, again, other = (FITS["random_crop"](image, 20, 0.5, seed) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()
