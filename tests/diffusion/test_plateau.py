"""The verdict on made-up curves whose answer is plain."""

import numpy as np
import pandas as pd
import pytest

from stages.diffusion.judging.plateau import plateau


def curve(loss, kid, kid_sd=0.3):
    return pd.DataFrame({"epoch": [10, 75, 150], "loss": loss, "kid": kid, "kid_sd": kid_sd})


@pytest.mark.parametrize(
    "loss, kid, verdict, reason",
    [
        ([0.7, 0.30, 0.29], [9, 5, 3], "shown", "distance falls"),
        ([0.7, 0.30, 0.31], [9, 5, 3], "shown", "distance falls"),
        ([0.7, 0.30, 0.29], [9, 3, 5], "refuted", "distance rises"),
        ([0.7, 0.30, 0.29], [9, 5, 4.5], "undecided", "no more than its uncertainty"),
        ([0.7, 0.30, 0.30], [9, 5, 5], "undecided", "no more than its uncertainty"),
        ([0.7, 0.30, 0.20], [9, 5, 3], "undecided", "still falls"),
        ([0.7, 0.30, 0.20], [9, 3, 5], "undecided", "still falls"),
        ([0.2, 0.30, 0.40], [9, 5, 3], "undecided", "the loss rises"),
    ],
)
def test_the_verdict_follows_the_last_two_sample_epochs(loss, kid, verdict, reason):
    found = plateau(curve(loss, kid))
    assert found["verdict"] == verdict
    assert reason in found["reason"]


def test_the_changes_are_those_of_the_curve():
    found = plateau(curve([0.7, 0.4, 0.3], [9, 5, 3.5], [1, 0.3, 0.4]))
    assert (found["from_epoch"], found["to_epoch"]) == (75, 150)
    assert [found[name] for name in ("loss_change", "kid_change", "kid_change_sd")] == pytest.approx([-0.25, -1.5, 0.5])


def test_a_difference_by_chance_alone_is_seldom_called_one():
    random = np.random.default_rng(0)
    kids = random.normal(5, 0.3, (1000, 3))
    verdicts = [plateau(curve([0.7, 0.3, 0.3], kid))["verdict"] for kid in kids]
    assert 0.02 < 1 - verdicts.count("undecided") / 1000 < 0.08


def test_one_sample_epoch_decides_nothing():
    assert plateau(curve([0.7, 0.3, 0.3], [9, 5, 3]).head(1)) == {
        "verdict": "undecided",
        "reason": "fewer than two sample epochs",
    }
