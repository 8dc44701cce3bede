import numpy as np
import pandas as pd
import pytest

from stages.compare.embedding import drawn, features_of, platform_accuracy, run_silhouette, silhouette, umap_of


def particles(shift, runs=2, each=30):
    """Three classes far apart on the first feature; platform B is moved by `shift` on the second."""
    random = np.random.default_rng(8)
    rows = []
    for platform in "AB":
        for place, label in enumerate(["protein", "oil", "air"]):
            for number in range(runs):
                middle = np.array([8 * place, shift * (platform == "B"), 0, 0])
                values = random.normal(middle, size=(each, 4))
                for value in values:
                    rows.append((f"{label}{platform}{number}", platform, label, *value))
    return pd.DataFrame(rows, columns=["run", "platform", "class", "f0", "f1", "f2", "f3"])


def test_platforms_alike_can_not_be_told_apart():
    table = particles(0.0)
    told = platform_accuracy(features_of(table), table, seed=1)
    assert told["accuracy"] == pytest.approx(0.5, abs=0.1)
    assert max(silhouette(features_of(table), table, "platform").values()) < 0.05


def test_platforms_apart_are_told_apart():
    table = particles(6.0)
    told = platform_accuracy(features_of(table), table, seed=1)
    assert told["accuracy"] > 0.97
    assert set(told["by_class"]) == {"protein", "oil", "air"}
    assert min(silhouette(features_of(table), table, "platform").values()) > 0.25


def test_a_run_of_its_own_look_is_not_a_platform():
    """Each run has a look of its own, platforms have none: with particles split at random this would be near 1."""
    table = particles(0.0)
    told = []
    for seed in range(12):
        random = np.random.default_rng(seed)
        looks = {run: random.normal(size=4) * 20 for run in table["run"].unique()}
        features = features_of(table) + np.array([looks[run] for run in table["run"]])
        told.append(platform_accuracy(features, table, seed)["accuracy"])
    assert np.mean(told) == pytest.approx(0.5, abs=0.15)


def test_a_single_run_of_a_platform_is_said():
    """With one run each, a run's own look can't be told from its platform's: an upper bound, and named so."""
    told = platform_accuracy(features_of(particles(0.0, runs=1)), particles(0.0, runs=1), seed=1)
    assert {found["left_out"] for found in told["by_class"].values()} == {"particle"}
    told = platform_accuracy(features_of(particles(6.0, runs=2)), particles(6.0, runs=2), seed=1)
    assert {found["left_out"] for found in told["by_class"].values()} == {"run"}


def test_platforms_that_differ_in_each_class_in_another_way_are_told_apart():
    table = particles(0.0)
    features = features_of(table).copy()
    for column, label in enumerate(["protein", "oil", "air"], start=1):
        features[(table["class"] == label) & (table["platform"] == "B"), column] += 6
    assert platform_accuracy(features, table, seed=1)["accuracy"] > 0.95


def test_one_platform_can_not_be_told_from_itself():
    table = particles(0.0)
    table["platform"] = "A"
    assert "both platforms" in platform_accuracy(features_of(table), table, seed=1)["reason"]


def test_features_come_in_the_order_of_their_numbers():
    table = pd.DataFrame([range(12)], columns=[f"f{number}" for number in reversed(range(12))])
    assert features_of(table)[0].tolist() == list(reversed(range(12)))


def test_the_draw_is_stratified():
    table = particles(0.0).iloc[:-29]
    counts = drawn(table, 60, seed=1).groupby(["platform", "class"]).size()
    assert counts.tolist() == [10] * 6


def test_the_same_seed_gives_the_same_map():
    features = features_of(particles(3.0, runs=1, each=8))
    first, again = (umap_of(features, neighbours=5, min_dist=0.1, seed=3) for _ in range(2))
    assert (first == again).all()


def test_runs_of_one_platform_are_the_silhouettes_floor():
    """Looks of runs raise the silhouette of platforms and that of runs alike; a look of the platform only its own."""
    table = particles(0.0)
    random = np.random.default_rng(2)
    looks = {run: random.normal(size=4) * 4 for run in table["run"].unique()}
    features = features_of(table) + np.array([looks[run] for run in table["run"]])
    floor = run_silhouette(features, table)
    assert np.mean(list(floor.values())) > 0.2
    assert np.mean(list(silhouette(features, table, "platform").values())) < np.mean(list(floor.values()))
    assert max(run_silhouette(features_of(particles(6.0)), particles(6.0)).values()) < 0.05


def test_single_runs_have_no_floor():
    table = particles(0.0, runs=1)
    assert run_silhouette(features_of(table), table) == {}
