import itertools

import numpy as np
import pandas as pd
import pytest

from stages.common.params.split import Fractions, Split
from stages.split.__main__ import divide, targets_of
from stages.split.by_image import assign_images
from stages.split.by_run import SPLITS, assign_runs
from stages.split.leakage import images_on_two_sides, pixel_digests, runs_on_two_sides, without_copies

HALVES = {"train": 0.5, "selection": 0.2, "validation": 0.3}


def targets(*classes: str, **shares: float) -> pd.DataFrame:
    return pd.DataFrame([shares or HALVES] * len(classes), index=list(classes))[list(SPLITS)]


def particles(runs: dict[str, dict[str, int]]) -> pd.DataFrame:
    rows = [
        {"particle_id": f"{run}-{label}-{i}", "run": run, "class": label, "platform": "A"}
        for run, held in runs.items()
        for label, count in held.items()
        for i in range(count)
    ]
    return pd.DataFrame(rows)


def cost(choice, counts, wanted):
    shares = np.array([counts[np.array(choice) == i].sum(axis=0) for i in range(3)]) / counts.sum(axis=0)
    return ((shares.T - wanted) ** 2).sum() + 10 * ((shares.T == 0) & (wanted > 0)).sum()


def test_the_assignment_is_the_best_there_is():
    counts = pd.DataFrame({"oil": [20, 187, 211, 50], "air": [135, 96, 56, 70]}, index=list("abcd"))
    chosen = assign_runs(counts, targets("oil", "air"), np.random.default_rng(0), {})
    wanted = targets("oil", "air").to_numpy()
    best = min(cost(c, counts.to_numpy(), wanted) for c in itertools.product(range(3), repeat=4))
    assert cost([SPLITS.index(s) for s in chosen], counts.to_numpy(), wanted) == pytest.approx(best)


def test_many_runs_come_close_to_lopsided_shares():
    counts = pd.DataFrame({"protein": np.full(40, 500)}, index=[f"r{i:02}" for i in range(40)])
    wanted = targets("protein", train=0.1, selection=0.05, validation=0.85)
    shares = assign_runs(counts, wanted, np.random.default_rng(0), {}).value_counts(normalize=True)
    assert shares.to_dict() == pytest.approx({"train": 0.1, "selection": 0.05, "validation": 0.85}, abs=0.026)


def test_no_run_stands_on_two_sides():
    table = particles(
        {f"r{i}": {"oil": 10 + i, "air": 5} for i in range(5)} | {f"p{i}": {"protein": 99} for i in range(6)}
    )
    split, by_image = divide(table, targets("oil", "air", "protein"), seed=1, fixed={})
    assert by_image == []
    assert runs_on_two_sides(table.assign(split=split)) == []
    for label in ("oil", "air", "protein"):
        assert set(split[table["class"] == label]) == set(SPLITS)


def test_a_class_with_too_few_runs_is_divided_by_image_and_named():
    table = particles({"one": {"oil": 100}, **{f"p{i}": {"protein": 50} for i in range(3)}})
    split, by_image = divide(table, targets("oil", "protein"), seed=1, fixed={})
    assert by_image == ["oil"]
    assert split[table["class"] == "oil"].value_counts().to_dict() == {"train": 50, "validation": 30, "selection": 20}


def test_images_are_divided_in_the_shares_asked_for():
    ids = pd.Series([f"p{i}" for i in range(1000)])
    shares = pd.Series({"train": 0.04, "selection": 0.0, "validation": 0.96})
    split = assign_images(ids, shares, np.random.default_rng(0))
    assert split.value_counts().to_dict() == {"validation": 960, "train": 40}


@pytest.mark.parametrize("particles", range(1, 40))
@pytest.mark.parametrize("shares", [HALVES, {"train": 0.98, "selection": 0.01, "validation": 0.01}])
def test_each_share_gets_a_particle_as_long_as_there_are_particles(particles, shares):
    split = assign_images(pd.Series(range(particles)), pd.Series(shares), np.random.default_rng(0))
    assert split.nunique() == min(particles, 3)


def test_a_split_that_is_not_wanted_gets_none():
    shares = pd.Series({"train": 0.0, "selection": 0.1, "validation": 0.9})
    assert set(assign_images(pd.Series(range(3)), shares, np.random.default_rng(0))) == {"selection", "validation"}


def test_copies_leave_the_training_side_and_never_the_reported_one():
    images = np.random.default_rng(0).integers(0, 256, (4, 8, 8), dtype=np.uint8)
    stack = images[[0, 1, 2, 3, 0, 1]]
    splits = pd.DataFrame(
        {
            "run": list("aabbcc"),
            "split": ["train", "train", "validation", "validation", "validation", "train"],
            "digest": pixel_digests(stack),
        }
    )
    assert images_on_two_sides(splits) == 1
    kept, removed = without_copies(splits)
    assert removed == 1
    assert images_on_two_sides(kept) == 0
    assert (kept["split"] == "validation").sum() == 3
    assert (kept["split"] == "train").sum() == 2


def test_runs_on_two_sides_are_named():
    splits = pd.DataFrame({"run": list("aabbcc"), "split": ["train", "train", "train", "validation", *SPLITS[:2]]})
    assert runs_on_two_sides(splits) == ["b", "c"]


def test_a_class_may_have_fractions_of_its_own():
    settings = Split(
        fractions=Fractions(**HALVES), classes={"protein": Fractions(train=0.04, selection=0.0, validation=0.96)}
    )
    table = targets_of(settings, ["protein", "oil"])
    assert table.loc["protein", "validation"] == 0.96
    assert table.loc["oil", "train"] == 0.5


def test_a_fixed_run_goes_where_the_sheet_says_and_the_others_make_up_for_it():
    table = particles({f"p{i}": {"protein": 100} for i in range(10)})
    free, _ = divide(table, targets("protein"), seed=1, fixed={})
    chosen = table.loc[free == "train", "run"].unique()[:2]
    fixed = dict.fromkeys(chosen, "validation")
    split, _ = divide(table, targets("protein"), seed=1, fixed=fixed)
    assert (split[table["run"].isin(chosen)] == "validation").all()
    assert split.value_counts(normalize=True).to_dict() == pytest.approx(HALVES)
    assert runs_on_two_sides(table.assign(split=split)) == []


def test_a_fixed_run_of_a_class_with_few_runs_is_never_divided_by_image():
    table = particles({"locked": {"oil": 50}, "other": {"oil": 100}})
    split, by_image = divide(table, targets("oil"), seed=1, fixed={"locked": "validation"})
    assert (split[table["run"] == "locked"] == "validation").all()
    assert by_image == ["oil"]
    assert split[table["run"] == "other"].value_counts().to_dict() == {"train": 50, "selection": 20, "validation": 30}
    assert divide(table, targets("oil"), seed=1, fixed={"locked": "validation", "other": "train"})[1] == []
