"""Each image passes the features' network once, whatever is judged by it."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from stages.diffusion.judging.compared import Compared
from stages.diffusion.judging.frechet import frechet
from stages.diffusion.judging.history import History
from stages.diffusion.judging.kid import kid
from stages.diffusion.judging.memorisation import Gallery, memorisation
from stages.diffusion.judging.set_distances import by_epoch, set_distances
from stages.diffusion.judging.two_sample import told_apart, two_sample
from tests.diffusion.conftest import rings

GENERATED, HELD_OUT, TRAINING = rings(30, 1), rings(22, 2), rings(26, 3)
GAP = 1 / 3  # copy_gap
RUNS = np.repeat(["a", "b"], 11), np.repeat(["c"], 26)


def means(images):
    """Features that need no network: means of 4 x 4 px."""
    return images.reshape(len(images), 4, 4, 4, 4).mean(axis=(2, 4)).reshape(len(images), 16).astype(float)


def compared(features):
    return Compared("oil", 7, GENERATED, HELD_OUT, TRAINING, *RUNS, features, "means")


@pytest.fixture
def history():
    losses = pd.DataFrame({"epoch": [1, 2, 3, 4], "loss": [4.0, 2.0, 1.5, 0.5]})
    return History(losses, np.stack([rings(10, 4), rings(10, 5)]), [2, 4])


def test_each_image_passes_the_network_once(history):
    passed = Counter()

    def counted(images):
        passed.update(image.tobytes() for image in images)
        return means(images)

    sets = compared(counted)
    set_distances(sets.equal_features(), sets.random("kid"))
    told_apart(sets)
    sets.gallery.neighbours(sets.synthetic_features)
    sets.gallery.neighbours(sets.held_out_features)
    by_epoch(sets, history)
    # Training images in 8 orientations, and the samples of two epochs.
    assert len(passed) == 30 + 22 + 8 * 26 + 20
    assert set(passed.values()) == {1}


def test_judgements_are_those_of_features_computed_anew(history):
    sets = compared(means)
    new, real, learnt = means(GENERATED[:22]), means(HELD_OUT), means(TRAINING[:22])

    distances = set_distances(sets.equal_features(), sets.random("kid"))
    assert distances["frechet"] == pytest.approx(frechet(new, real))
    assert distances["frechet_floor"] == pytest.approx(frechet(learnt, real))
    assert distances["kid_floor"] == pytest.approx(kid(learnt, real))

    judged = told_apart(sets)
    expected = two_sample(new, real, RUNS[0], sets.random("two sample"))
    assert {key: judged[key] for key in expected} == expected

    anew = Gallery.of(TRAINING, means)
    of_all = anew.neighbours(means(GENERATED))
    assert memorisation(sets.gallery.neighbours(sets.synthetic_features), sets.gallery, GAP) == memorisation(
        of_all, anew, GAP
    )

    epochs = by_epoch(sets, history)
    assert epochs["loss"].tolist() == [3.0, 1.0]
    assert epochs["kid"].tolist() == pytest.approx([kid(means(rings(10, seed)), real) for seed in (4, 5)])
    assert epochs["kid_floor"].tolist() == pytest.approx([kid(means(TRAINING[:10]), real)] * 2)
