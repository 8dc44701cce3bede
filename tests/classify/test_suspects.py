"""Which particles are shown as label-error candidates, and which are kept for the map."""

import numpy as np
import pandas as pd

from stages.classify.evaluating.answers import Answers
from stages.classify.evaluating.embedding import sampled
from stages.classify.evaluating.suspects import suspects

CLASSES = ["protein", "air_bubble"]


def test_only_majority_particles_that_every_seed_calls_otherwise_with_confidence():
    particles = pd.DataFrame(
        {"particle_id": list("abcde"), "run": "r", "class": ["protein", "protein", "protein", "protein", "air_bubble"]}
    )
    first = np.array([[0.01, 0.99], [0.05, 0.95], [0.11, 0.89], [0.02, 0.98], [0.99, 0.01]])
    second = np.array([[0.1, 0.9], [0.03, 0.97], [0.1, 0.9], [0.9, 0.1], [0.99, 0.01]])
    label = np.array([0, 0, 0, 0, 1])
    seeds = [Answers(CLASSES, label, probabilities, np.full(5, "r")) for probabilities in (first, second)]
    found = suspects(particles, seeds)
    assert found["particle_id"].tolist() == ["b", "a"]
    assert found["probability"].tolist() == [0.95, 0.9]  # nine in ten is enough, 0.89 is not
    assert set(found["predicted"]) == {"air_bubble"}


def test_the_sample_is_even_over_platforms_and_classes_and_doesnt_depend_on_the_order():
    particles = pd.DataFrame(
        {
            "particle_id": [f"p{i}" for i in range(1000)],
            "platform": np.where(np.arange(1000) < 900, "A", "B"),
            "class": np.where(np.arange(1000) % 10 == 0, "air_bubble", "protein"),
        }
    )
    kept = particles.iloc[sampled(particles, 100, seed=1)]
    sizes = kept.groupby(["platform", "class"]).size()
    assert sizes.sum() == 100
    assert sizes["B", "air_bubble"] == 10 and sizes.drop(("B", "air_bubble")).between(30, 30).all()
    turned = particles.iloc[::-1].reset_index(drop=True)
    again = turned.iloc[sampled(turned, 100, seed=1)]
    assert set(again["particle_id"]) == set(kept["particle_id"])
