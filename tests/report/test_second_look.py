"""Which particles a person is asked about."""

import numpy as np
import pandas as pd

from stages.report import second_look
from stages.report.second_look import DOUBTFUL, RANDOM, chosen

CLASSES = ["protein", "oil"]


def judged(count, wrong):
    """`count` particles labelled protein, of which the first `wrong` are called oil, ever less surely."""
    sure = np.where(np.arange(count) < wrong, 0.4 * np.arange(count) / max(wrong, 1), 0.95)
    return pd.DataFrame(
        {
            "particle_id": [f"{i:04d}" for i in range(count)],
            "class": "protein",
            "predicted": np.where(np.arange(count) < wrong, "oil", "protein"),
            "p_protein": sure,
            "p_oil": 1 - sure,
        }
    )


def test_as_many_at_random_as_doubtful_ones_and_each_once():
    asked = chosen(judged(1000, 200), CLASSES, seed=1)
    assert asked["asked_as"].value_counts().to_dict() == {RANDOM: 60, DOUBTFUL: 60}
    assert asked["particle_id"].is_unique


def test_the_most_doubtful_of_those_that_were_not_drawn():
    table = judged(1000, 200)
    asked = chosen(table, CLASSES, seed=1)
    drawn = set(asked.loc[asked["asked_as"] == RANDOM, "particle_id"])
    left = [name for name in table["particle_id"] if name not in drawn]
    assert set(asked.loc[asked["asked_as"] == DOUBTFUL, "particle_id"]) == set(left[:60])


def test_the_random_ones_are_a_sample_of_all():
    """Doubted ones among them too: else the share of wrong labels would come out too low."""
    shares = []
    for seed in range(40):
        asked = chosen(judged(400, 200), CLASSES, seed)
        shares.append((asked.loc[asked["asked_as"] == RANDOM, "predicted"] == "oil").mean())
    assert abs(np.mean(shares) - 0.5) < 4 * np.sqrt(0.25 / 60 / 40)


def test_what_is_sure_is_not_doubted():
    asked = chosen(judged(1000, 3), CLASSES, seed=1)
    assert (asked["asked_as"] == DOUBTFUL).sum() <= 3
    assert len(asked) <= second_look.EACH + 3


def test_the_order_tells_nothing():
    asked = chosen(judged(1000, 200), CLASSES, seed=1)
    first = (asked["asked_as"].head(60) == DOUBTFUL).sum()
    assert 15 < first < 45
    assert chosen(judged(1000, 200).sample(frac=1, random_state=2), CLASSES, 1).equals(asked)
