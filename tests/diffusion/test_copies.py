"""Copies of training images must be seen, however they are disguised; new images must not be called copies."""

import numpy as np
import pytest
from scipy.ndimage import shift

from stages.common.base.errors import InputError
from stages.diffusion.copies.aligned import aligned, middles
from stages.diffusion.copies.copies import are_copies, gate, gate_authentic, trained_on
from stages.diffusion.judging.memorisation import authentic_share

GAP = 1 / 3


@pytest.fixture
def random():
    return np.random.default_rng(0)


def rings(random, count):
    y, x = np.mgrid[:32, :32][:, None] - random.uniform(11, 20, (2, count, 1, 1))
    ring = np.exp(-(((np.hypot(y, x) - random.uniform(3, 9, (count, 1, 1))) / 2) ** 2))
    inner = np.exp(-((np.hypot(y - random.uniform(-3, 3, (count, 1, 1)), x) / 3) ** 2))
    # Six free numbers each: with few, a new one lies near a known one by chance (gap^d of them).
    return 175 - random.uniform(50, 120, (count, 1, 1)) * ring + random.uniform(-80, 80, (count, 1, 1)) * inner


def droplets(random, count):
    """Round and in the middle, all alike: a core, a dark ring and a bright halo, out of focus more or less."""

    def free(low, high):
        return random.uniform(low, high, (count, 1, 1))

    y, x = np.mgrid[:64, :64][:, None] - 31.5 - random.uniform(-0.5, 0.5, (2, count, 1, 1))
    away, radius, blur = np.hypot(y, x), free(8, 26), free(1.5, 5)
    ring = np.exp(-(((away - radius) / blur) ** 2))
    halo = np.exp(-(((away - radius - 2 * blur) / blur) ** 2))
    core = np.exp(-((away / (free(0.2, 0.6) * radius)) ** 2))
    return 175 - free(30, 120) * ring + free(0, 20) * halo + free(-80, 60) * core


def noisy(random, images):
    return np.clip(images + random.normal(0, 3, images.shape), 0, 255).round().astype(np.uint8)


def moved(images, by):
    return np.stack([shift(image, by, order=1, mode="nearest") for image in images])


def test_copies_are_caught_under_fresh_noise_turned_or_not_and_new_images_are_not(random):
    clean = rings(random, 60)
    training = trained_on(noisy(random, clean))
    copies = np.concatenate([clean[:20], np.rot90(clean[20:40], 3, (1, 2)), clean[40:, :, ::-1]])
    assert are_copies(noisy(random, copies), training, GAP).mean() > 0.9
    assert are_copies(noisy(random, rings(random, 200)), training, GAP).mean() < 0.02


@pytest.mark.parametrize(
    "by, least", [((0, 0), 0.9), ((1, 0), 0.9), ((-1, 2), 0.9), ((2, -2), 0.9), ((0.5, -1.5), 0.8)]
)
def test_copies_are_caught_moved_turned_and_under_fresh_noise(random, by, least):
    """Half a pixel softens the copy too, so fewer of these are caught."""
    clean = droplets(random, 120)
    training = trained_on(noisy(random, clean))
    turned = np.concatenate([clean[:60], np.rot90(clean[60:], 1, (1, 2))[:, ::-1]])
    assert are_copies(noisy(random, moved(turned, by)), training, GAP).mean() > least


def test_new_droplets_are_no_copies_however_alike_they_are(random):
    training = trained_on(noisy(random, droplets(random, 120)))
    assert are_copies(noisy(random, droplets(random, 500)), training, GAP).mean() < 0.01


def test_a_new_image_of_a_rare_kind_is_no_copy(random):
    """One training image lies far from all others; another of its kind is no copy for that."""
    odd = np.where(np.arange(64) < 40, 5.0, 175.0) * np.ones((64, 1))
    training = trained_on(noisy(random, np.concatenate([droplets(random, 60), odd[None]])))
    another = noisy(random, np.roll(odd, 5, axis=1)[None])
    assert training.neighbours(another).gap[0] < GAP
    assert not are_copies(another, training, GAP)[0]
    assert are_copies(noisy(random, odd[None]), training, GAP)[0]


def test_the_distance_is_that_of_the_best_shift_by_brute_force(random):
    images, training = noisy(random, rings(random, 3)), noisy(random, rings(random, 4))
    offsets = np.arange(-2, 2.5, 0.5)

    def small(image):
        return image[2:-2, 2:-2].reshape(7, 4, 7, 4).mean(axis=(1, 3))

    def distance(image, other):
        ways = [small(shift(image.astype(float), (y, x), order=1)) for y in offsets for x in offsets]
        return min(np.sqrt(np.mean((way - small(other.astype(float))) ** 2)) for way in ways)

    found = aligned(images, middles(training))
    mirrored = training[:, :, ::-1]
    assert found.shape == (8, 3, 4)
    assert found[0] == pytest.approx(np.array([[distance(a, b) for b in training] for a in images]))
    assert found[4] == pytest.approx(np.array([[distance(a, b) for b in mirrored] for a in images]))


def test_the_gate_fails_past_its_share():
    gate("oil", 5, 100, 0.05)
    with pytest.raises(InputError, match=r"oil: 6 of 100 synthetic images are copies.*copies_max \(0\.05\)"):
        gate("oil", 6, 100, 0.05)


@pytest.mark.parametrize("by", [(0, 0), (1, -2), (0.7, -1.3)])
def test_the_authentic_share_tells_copies_with_noise_of_their_own_from_new_images(random, by):
    """At the default's least share; a copy that the gap ratio misses is still nearer than any other image."""
    clean = droplets(random, 120)
    training = trained_on(noisy(random, clean))
    copies = noisy(random, moved(clean[:, ::-1], by))
    new = noisy(random, droplets(random, 120))
    of_copies, of_new = (authentic_share(training.neighbours(images), training.apart) for images in (copies, new))
    message = r"oil: \d\.\d% of the .* quality\.authentic_min \(10\.0%\).* real images \d\d\.\d% are"
    with pytest.raises(InputError, match=message):
        gate_authentic("oil", of_copies, of_new, 0.1)
    gate_authentic("oil", of_new, of_new, 0.1)
    assert of_copies < 0.05
    assert of_new > 0.3
