"""What a number of seeds and generators allows to say."""

import pytest

from stages.classify.table.claim import claim
from stages.classify.table.contrasts import adjusted


@pytest.mark.parametrize(
    ("seeds", "generators", "allowed"), [(1, 1, False), (9, 1, False), (2, 3, False), (3, 3, True)]
)
def test_a_claim_needs_both_several_seeds_and_several_generators(seeds, generators, allowed):
    assert claim(seeds, generators)["allows_a_claim"] is allowed


def test_the_reason_names_what_is_lacking():
    assert claim(1, 1)["claim"].startswith("none: 1 of the 3 seeds")
    assert "nested" in claim(9, 1)["claim"] and "seeds of the classifier" not in claim(9, 1)["claim"]


def test_holm_counts_the_tests_of_the_whole_table():
    """Four tests: the smallest p times 4, the next times 3, and so on, never falling."""
    p = {"first": {"protein": 0.01, "oil": 0.04}, "second": {"protein": 0.03, "oil": 0.005}}
    gains = {"first": 0.2, "second": 0.03}
    contrasts = {
        name: {"macro_recall_difference": {"p": gains[name]}}
        | {"mcnemar": {label: {"p": each} for label, each in tests.items()}}
        for name, tests in p.items()
    }
    found = adjusted(contrasts)
    assert [found[name]["macro_recall_difference"]["p_adjusted"] for name in p] == pytest.approx([0.2, 0.06])
    corrected = {name: {label: t["p_adjusted"] for label, t in each["mcnemar"].items()} for name, each in found.items()}
    assert corrected["second"]["oil"] == pytest.approx(0.02)
    assert corrected["first"]["protein"] == pytest.approx(0.03)
    assert corrected["second"]["protein"] == corrected["first"]["oil"] == pytest.approx(0.06)
    assert adjusted({}) == {}
