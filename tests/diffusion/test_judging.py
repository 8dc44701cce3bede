"""Distances against closed forms and second implementations; copies must be seen."""

import numpy as np
import pytest
import torch
from pytorch_fid.fid_score import calculate_frechet_distance

from stages.diffusion.judging.frechet import frechet
from stages.diffusion.judging.inception import inception, weights_path
from stages.diffusion.judging.kid import kid, kid_spread
from stages.diffusion.judging.lite0 import lite0
from stages.diffusion.judging.memorisation import Gallery, memorisation

GAP = 1 / 3  # copy_gap


@pytest.fixture
def random():
    return np.random.default_rng(0)


def test_frechet_of_equal_covariances_is_the_squared_distance_of_the_means(random):
    features = random.normal(size=(50, 20))
    assert frechet(features, features) == pytest.approx(0, abs=1e-9)
    assert frechet(features, features + 0.5) == pytest.approx(20 * 0.25)


def test_frechet_of_scaled_features_has_its_closed_form(random):
    """C_b = 4 C_a around the same mean: trace(C + 4 C - 2 * 2 C) = trace(C)."""
    features = random.normal(size=(300, 8))
    centred = features - features.mean(axis=0)
    assert frechet(centred, 2 * centred) == pytest.approx(np.trace(np.cov(features, rowvar=False)))


@pytest.mark.filterwarnings("ignore::scipy.linalg.LinAlgWarning")  # pytorch-fid takes the root of a singular matrix
@pytest.mark.parametrize("n", [2, 12, 200])
def test_frechet_agrees_with_pytorch_fid(random, n):
    mixing = random.normal(size=(40, 40))
    a, b = random.normal(size=(n, 40)) @ mixing, random.normal(size=(n + 5, 40)) @ mixing * 1.2 + 0.3
    expected = calculate_frechet_distance(
        a.mean(axis=0), np.cov(a, rowvar=False), b.mean(axis=0), np.cov(b, rowvar=False)
    )
    assert frechet(a, b) == pytest.approx(expected, rel=1e-5)


def test_kid_is_the_double_sum_of_its_definition(random):
    a, b = random.normal(size=(7, 5)), random.normal(size=(9, 5)) + 0.3

    def kernel(x, y):
        return (sum(x[i] * y[i] for i in range(5)) / 5 + 1) ** 3

    within_a = sum(kernel(x, y) for i, x in enumerate(a) for j, y in enumerate(a) if i != j) / (7 * 6)
    within_b = sum(kernel(x, y) for i, x in enumerate(b) for j, y in enumerate(b) if i != j) / (9 * 8)
    between = sum(kernel(x, y) for x in a for y in b) / (7 * 9)
    assert kid(a, b) == pytest.approx(within_a + within_b - 2 * between)


def test_kid_is_unbiased_at_small_n(random):
    values = [kid(random.normal(size=(10, 6)), random.normal(size=(10, 6))) for _ in range(400)]
    assert np.mean(values) == pytest.approx(0, abs=4 * np.std(values) / 20)
    assert kid_spread(random.normal(size=(20, 6)), random.normal(size=(20, 6)), random) > 0


@pytest.mark.parametrize("count", [2, 3])
def test_the_spread_of_very_few_images_is_a_number(random, count):
    """Halves of two images at least: of one alone the unbiased estimate has no value."""
    few, many = random.normal(size=(count, 6)), random.normal(size=(9, 6))
    assert np.isfinite(kid_spread(few, many, random)) and np.isfinite(kid_spread(many, few, random))


def test_lite0_knows_imagenet(random):
    """Random weights would see a shifted image as a different one; trained ones as nearly the same."""
    y, x = np.mgrid[:64, :64]
    discs = [np.where(np.hypot(y - 32, x - c) < r, 90, 175) for r in (8, 20) for c in (30, 32)]
    features = lite0(torch.device("cpu"))(np.stack(discs).astype(np.uint8))
    assert features.shape == (4, 1280)
    shift = np.linalg.norm(features[0] - features[1])
    size = np.linalg.norm(features[0] - features[2])
    assert size > 1.5 * shift


def test_features_do_not_depend_on_the_batch(random):
    images = random.integers(0, 255, (19, 32, 32), dtype=np.uint8)
    features = lite0(torch.device("cpu"))
    assert np.allclose(features(images), np.concatenate([features(images[:3]), features(images[3:])]), atol=1e-4)


def means_of_blocks(images):
    """Features that a turn changes: means of 4 x 4 px."""
    return images.reshape(len(images), 4, 4, 4, 4).mean(axis=(2, 4)).reshape(len(images), 16).astype(float)


def test_copies_are_seen_turned_or_not_and_new_images_are_not_called_copies(random):
    def draw(count):
        return random.integers(0, 255, (count, 16, 16), dtype=np.uint8)

    images = draw(60)
    training = Gallery.of(images, means_of_blocks)
    copies = np.concatenate([images[:20], np.rot90(images[20:40], 1, (1, 2)), images[40:, :, ::-1]])
    faint = np.clip(copies.astype(int) + random.integers(-3, 4, copies.shape), 0, 255).astype(np.uint8)
    for copied in (copies, faint):
        found = training.neighbours(means_of_blocks(copied))
        assert np.array_equal(found.nearest, np.arange(60))
        assert memorisation(found, training, GAP)["authentic_share"] == 0
        assert memorisation(found, training, GAP)["copied_share"] == 1
    shown = training.oriented[found.way, found.nearest]
    assert np.abs(shown.astype(int) - faint).max() <= 3

    new = memorisation(training.neighbours(means_of_blocks(draw(400))), training, GAP)
    assert 0.3 < new["authentic_share"] < 0.9
    assert new["copied_share"] == 0


def test_inception_reads_its_weights_from_the_cache_alone(tmp_path, monkeypatch, random):
    from pytorch_fid.inception import fid_inception_v3

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr("pytorch_fid.inception.load_state_dict_from_url", lambda url, progress: {})
    monkeypatch.setattr(torch.nn.Module, "load_state_dict", lambda self, state, **named: None)
    state = fid_inception_v3().state_dict()
    monkeypatch.undo()
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    weights_path().parent.mkdir(parents=True)
    torch.save(state, weights_path())
    features = inception(torch.device("cpu"))(random.integers(0, 255, (2, 64, 64), dtype=np.uint8))
    assert features.shape == (2, 2048)
