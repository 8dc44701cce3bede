"""The square of a crop: grey levels, background, resize."""

import numpy as np
import pytest
from PIL import Image

from stages.common.params.normalize import Normalize
from stages.reading.normalizing.compiled import background_of, flattened, levelled, plane_of, to_grey
from stages.reading.normalizing.squares import squares
from stages.reading.normalizing.windows import FITS

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


@pytest.mark.parametrize("shape", [(1, 1), (2, 9), (3, 3), (4, 5), (5, 4), (5, 5), (40, 31)])
def test_background_is_the_median_of_the_outermost_two_pixels(shape):
    grey = np.random.default_rng(7).integers(0, 256, shape, np.uint8)
    ring = np.ones(shape, bool)
    ring[2:-2, 2:-2] = False
    assert background_of(grey) == np.median(grey[ring])


def test_levelling_shifts_and_keeps_contrast():
    image = levelled(disc(21, 21, 5), 175)
    assert background_of(image) == 175
    assert int(image[0, 0]) - int(image[10, 10]) == BACKGROUND - 60


def settings_of(fit: str, background: str = "none") -> Normalize:
    asked = {"edge_px": 64, "fit": fit, "background": background, "background_level": 175}
    return Normalize.model_validate(asked)


def square_of(
    image: np.ndarray, fit: str, pixel_um: float = 0.55, seed: int = 1, background: str = "none"
) -> np.ndarray:
    """One image, (H, W) or (H, W, 3), as the pipeline makes it a square."""
    shapes = np.array([(*image.shape, 1)[:3]], np.int64)
    return squares(image.reshape(-1), shapes, np.array([pixel_um]), ["p"], settings_of(fit, background), seed)[0]


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("shape", [(64, 64), (10, 30), (30, 10), (1, 1), (200, 90), (3, 64)])
def test_every_fit_gives_a_square_of_the_asked_size(fit, shape):
    image = square_of(disc(*shape, 4), fit)
    assert image.shape == (64, 64)
    assert image.dtype == np.uint8


def pillow_square(grey: np.ndarray, fit: str, pixel_um: float) -> np.ndarray:
    """The same by Pillow: resized, then cut or padded about the centre."""
    smallest, largest = min(grey.shape), max(grey.shape)
    factor = {"crop": 64 / smallest, "letterbox": 64 / largest, "fixed_scale": pixel_um / 0.5}[fit]
    height, width = (max(64 if fit == "crop" else 1, round(length * factor)) for length in grey.shape)
    scaled = np.asarray(Image.fromarray(grey).resize((width, height), Image.Resampling.BILINEAR))
    for axis in (0, 1):
        length = scaled.shape[axis]
        scaled = np.take(scaled, range((length - 64) // 2, (length - 64) // 2 + 64), axis) if length > 64 else scaled
    missing = [64 - length for length in scaled.shape]
    before_after = [(lost // 2, lost - lost // 2) for lost in missing]
    return np.pad(scaled, before_after, constant_values=round(background_of(grey)))


@pytest.mark.parametrize("fit", ["crop", "letterbox", "fixed_scale"])
def test_pixels_are_those_of_pillows_resize(fit):
    random = np.random.default_rng(5)
    for height, width in random.integers(1, 150, (300, 2)):
        grey = random.integers(0, 256, (height, width), np.uint8)
        pixel_um = random.uniform(0.2, 1.5)
        assert (square_of(grey, fit, pixel_um) == pillow_square(grey, fit, pixel_um)).all(), (height, width, pixel_um)


def test_images_of_many_shapes_in_one_batch_are_those_of_each_alone():
    random = np.random.default_rng(6)
    images = [
        random.integers(0, 256, (height, height + 3, 1 + 2 * (height % 2)), np.uint8) for height in range(5, 90, 7)
    ]
    shapes = np.array([image.shape for image in images], np.int64)
    content = np.concatenate([image.reshape(-1) for image in images])
    together = squares(content, shapes, np.full(len(images), 0.5), "p" * len(images), settings_of("crop", "level"), 1)
    for image, square in zip(images, together, strict=True):
        assert (square == square_of(image, "crop", background="level")).all()


def test_crop_keeps_the_aspect_and_the_centre():
    image = square_of(disc(32, 96, 10), "crop")
    dark = image < (BACKGROUND + 60) / 2
    assert dark.any(axis=0).sum() == pytest.approx(dark.any(axis=1).sum(), abs=1)
    assert dark.sum() == pytest.approx(np.pi * 20.5**2, rel=0.05)


def test_letterbox_keeps_the_whole_image_on_its_own_background():
    image = square_of(disc(16, 64, 6), "letterbox")
    assert (image[:24] == BACKGROUND).all()
    assert (image[40:] == BACKGROUND).all()
    assert (image[24:40] == disc(16, 64, 6)).all()


@pytest.mark.parametrize("pixel_um", [0.25, 0.5, 1.0])
def test_fixed_scale_keeps_absolute_size(pixel_um):
    radius_um = 5
    edge = round(40 / pixel_um)
    image = square_of(disc(edge, edge, radius_um / pixel_um), "fixed_scale", pixel_um)
    area_um2 = (image < (BACKGROUND + 60) / 2).sum() * 0.5**2
    assert area_um2 == pytest.approx(np.pi * radius_um**2, rel=0.05)


def test_random_crop_depends_on_the_seed_alone():
    image = np.tile(np.arange(200, dtype=np.uint8), (20, 1))
    first, again, other = (square_of(image, "random_crop", seed=seed) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


def tilted(image: np.ndarray, along_y: float, along_x: float) -> np.ndarray:
    """`image` with a slope of so many grey levels a pixel about its middle."""
    y, x = (np.arange(length) - (length - 1) / 2 for length in image.shape)
    return np.rint(image + along_y * y[:, None] + along_x * x).astype(np.uint8)


@pytest.mark.parametrize("slopes", [(0.5, 0.0), (0.0, -0.4), (0.3, 0.3)])
def test_the_plane_of_a_tilted_crop_is_taken_off(slopes):
    flat = flattened(tilted(disc(41, 31, 8), *slopes), 175)
    assert np.abs(flat.astype(int) - levelled(disc(41, 31, 8), 175)).max() <= 1


def test_the_plane_is_that_of_least_squares():
    random = np.random.default_rng(7)
    grey = np.rint(tilted(np.full((30, 24), BACKGROUND, np.uint8), 0.2, -0.3) + random.normal(0, 2, (30, 24)))
    ring = np.ones((30, 24), bool)
    ring[2:-2, 2:-2] = False
    y, x = np.indices((30, 24))
    design = np.column_stack([np.ones(ring.sum()), y[ring] - 14.5, x[ring] - 11.5])
    expected = np.linalg.lstsq(design, grey[ring], rcond=None)[0]
    assert plane_of(grey.astype(np.uint8)) == pytest.approx(expected, abs=1e-9)


def test_a_particle_at_the_border_is_no_slope():
    image = disc(40, 40, 10)
    image[10:30, :6] = 60
    assert plane_of(image) == pytest.approx((BACKGROUND, 0, 0))


def test_a_crop_that_little_background_borders_is_only_shifted():
    image = np.random.default_rng(8).integers(0, 256, (30, 30), np.uint8)
    assert plane_of(image)[1:] == (0, 0)
    assert (flattened(image, 175) == levelled(image, 175)).all()
