"""What is said of classes with few particles or few runs."""

import pandas as pd
import pytest
from scipy.stats import binomtest

from stages.split.few import ENOUGH, doubts


def splits(**counts) -> pd.DataFrame:
    """Particles of class oil on platform A by split, each split a run of its own."""
    rows = [("A", "oil", f"run-{part}", part) for part, count in counts.items() for _ in range(count)]
    return pd.DataFrame(rows, columns=["platform", "class", "run", "split"])


def test_many_particles_of_many_runs_raise_no_doubt():
    assert doubts(splits(train=50, selection=20, validation=ENOUGH), {"A": []}) == []


@pytest.mark.parametrize("count", [2, 6, 20, ENOUGH - 1])
def test_few_to_validate_by_bound_what_even_a_faultless_recall_says(count):
    (said,) = doubts(splits(train=50, selection=20, validation=count), {"A": []})
    low = binomtest(count, count).proportion_ci(method="wilson").low
    assert said.startswith(f"oil on A: {count} in the validation split: a recall of 100 %")
    assert f"more than {100 * low:.0f} %" in said
    assert low < 0.9


def test_enough_is_where_a_faultless_recall_is_known_as_more_than_90_percent():
    assert binomtest(ENOUGH, ENOUGH).proportion_ci(method="wilson").low > 0.9


@pytest.mark.parametrize(
    ("part", "need"), [("train", "learnt"), ("selection", "judged while"), ("validation", "judged")]
)
def test_a_split_with_one_particle_is_told(part, need):
    (said,) = doubts(splits(**{"train": 50, "selection": 20, "validation": 50, part: 1}), {"A": []})
    assert f"1 in the {part} split, too few to be {need}" in said


def test_one_run_divided_by_image_is_told():
    one = splits(train=50, selection=20, validation=50).assign(run="r")
    (said,) = doubts(one, {"A": ["oil"], "B": []})
    assert said == "oil on A: 1 run, divided by image: its figures flatter, and hold for no other run"
    assert doubts(one, {"B": ["oil"]}) == []
    two = one.assign(run=["r", *["s"] * (len(one) - 1)])
    (said,) = doubts(two, {"A": ["oil"]})
    assert said.startswith("oil on A: 2 runs, divided by image")
