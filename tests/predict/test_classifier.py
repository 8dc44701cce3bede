"""The class for other programs says of crops what their brightness says."""

import numpy as np
import pytest

from stages.common.base.errors import InputError
from stages.predict import classifier as module
from stages.predict.classifier import Classifier
from stages.predict.model import network
from tests.predict.conftest import CLASSES, LEVELS, disc


@pytest.fixture(scope="module")
def classifier(packed) -> Classifier:
    return Classifier(packed / "models/classifier")


@pytest.fixture(scope="module")
def crops() -> list[np.ndarray]:
    """Ten of each class, and one in colour."""
    random = np.random.default_rng(9)
    images = [disc(level, 22, random) for level in LEVELS for _ in range(10)]
    return [*images, np.repeat(images[0][..., None], 3, axis=2)]


def test_each_crop_is_called_what_it_is(classifier, crops):
    answers = classifier.predict(crops)
    assert answers["class"].tolist() == [*np.repeat(CLASSES, 10), "protein"]
    shares = answers[[f"p_{name}" for name in CLASSES]].to_numpy()
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(shares.max(axis=1), answers["probability"])
    assert all(called in held.split("|") for called, held in zip(answers["class"], answers["set"], strict=True))
    assert answers["class"][30] == answers["class"][0] and answers["probability"][30] == answers["probability"][0]


def test_a_disc_of_no_known_brightness_is_unknown(classifier):
    assert classifier.predict([disc(10, 30, np.random.default_rng(2))])["unknown"].tolist() == [True]


@pytest.mark.parametrize("batch, most", [(1, 3), (7, 8), (128, 10_000)])
def test_order_and_batches_change_no_byte(classifier, crops, monkeypatch, batch, most):
    expected = classifier.predict(crops)
    order = np.random.default_rng(3).permutation(len(crops))
    monkeypatch.setattr(network, "BATCH", batch)
    monkeypatch.setattr(module, "MOST", most)
    found = classifier.predict([crops[i] for i in order])
    assert found.equals(expected.iloc[order].reset_index(drop=True))


def test_no_image_is_no_row(classifier):
    answers = classifier.predict([])
    assert len(answers) == 0 and "class" in answers


@pytest.mark.parametrize("wrong", [np.zeros((4, 4)), np.zeros((4, 4, 2), np.uint8), np.zeros((0, 4), np.uint8), [[1]]])
def test_what_is_no_crop_is_named(classifier, crops, wrong):
    with pytest.raises(InputError, match="image 1: "):
        classifier.predict([crops[0], wrong])
