"""The ceiling of precision that wrong labels set, against a classifier that really never errs."""

import numpy as np
import pandas as pd
import pytest

from stages.classify.evaluating.answers import Answers
from stages.classify.evaluating.label_noise import label_noise
from stages.classify.evaluating.prevalence import precision_at, shares_at

CLASSES = ["protein", "oil", "bubble"]


def test_a_flawless_classifier_reaches_the_ceiling_and_no_more():
    """Three bubbles stand among 827 particles that are labelled protein; everything is called what it is."""
    truth = np.repeat([0, 2, 1, 2], [824, 3, 117, 121])
    label = np.repeat([0, 1, 2], [827, 117, 121])
    answers = Answers(CLASSES, label, np.eye(3)[truth], np.full(len(label), "r"))
    shares = shares_at(answers.counts, 0.001)
    found = label_noise(answers, pd.DataFrame({"predicted": ["bubble"] * 3}), shares)
    assert found["doubted_share"]["bubble"]["value"] == pytest.approx(3 / 827)
    assert found["doubted_share"]["oil"]["value"] == 0
    for name, share in shares.items():
        ceiling = found["precision_ceiling"][name]
        assert ceiling["bubble"] == precision_at(answers.counts, share, 2)
        assert ceiling["oil"]["value"] == 1
    rare = found["precision_ceiling"]["at_prevalence"]["bubble"]["value"]
    assert rare == pytest.approx(0.001 / (0.001 + 0.998 * 3 / 827))
