"""The comparison in words: every verdict once, in its row; what can't be decided by its reason."""

import json
import re

from stages.report.comparability import EVERYTHING, MORE_RUNS, conclusions, undecidable
from tests.report.test_report import page


def ratio(verdict, **more):
    return {"verdict": verdict, **more}


COMPARE = {
    "ratios": {
        "multiplicity": {"verdicts": 6, "within_holm": 1},
        "pairs": {
            "B/A": {
                "first": "A",
                "second": "B",
                "alike": True,
                "samples": {
                    "one": {
                        "at_least_2_um": ratio("within", ratio=1.0, low=0.9, high=1.1),
                        "2_to_5_um": ratio("within"),
                        "at_least_5_um": ratio(
                            "not decidable", reason="with this design (needs 5 runs on each platform)", runs_needed=5
                        ),
                    },
                    "two": {
                        "at_least_2_um": ratio("outside", ratio=2.0, low=1.6, high=2.4),
                        "at_least_5_um": ratio(
                            "not decidable", reason="with this design (needs 9 runs on each platform)", runs_needed=9
                        ),
                    },
                    "beads": {"near_nominal": ratio("undecided")},
                },
            }
        },
    },
    "classes": {
        "pairs": {
            "B/A": {
                "samples": {
                    sample: {
                        "at_least_2_um": {"protein": ratio("within"), "oil": ratio("not decidable", reason=reason)},
                        "at_least_5_um": {"protein": ratio("undecided"), "oil": ratio("not decidable", reason=reason)},
                    }
                    for sample in ("one", "two")
                    for reason in ["with this design: too few on both platforms"]
                }
            }
        },
        "counts": {},
    },
}


def test_each_row_is_one_size_of_one_thing_and_rows_of_a_thing_stand_together():
    rows = conclusions(COMPARE)
    assert [(row["what"], row["at"]) for row in rows] == [
        (EVERYTHING, "at_least_2_um"),
        (EVERYTHING, "at_least_5_um"),
        ("beads", "near_nominal"),
        ("protein", "at_least_2_um"),
        ("protein", "at_least_5_um"),
        ("oil", "at_least_2_um"),
        ("oil", "at_least_5_um"),
    ]
    assert list(rows[0]["verdicts"]) == ["within", "outside"]
    assert [found["sample"] for found in rows[0]["verdicts"]["outside"]] == ["two"]
    assert len(rows[3]["verdicts"]["within"]) == 2


def test_what_cannot_be_decided_stands_under_its_reason_the_most_frequent_first():
    found = undecidable(conclusions(COMPARE))
    assert [entry["reason"] for entry in found] == ["too few on both platforms", MORE_RUNS]
    assert found[0]["places"] == [
        {"what": "oil", "at": "at_least_2_um", "samples": 2},
        {"what": "oil", "at": "at_least_5_um", "samples": 2},
    ]
    assert found[1]["places"] == [{"what": EVERYTHING, "at": "at_least_5_um", "samples": 2}]


def test_without_a_comparison_there_are_no_words():
    assert conclusions({}) == [] and undecidable([]) == []


def test_the_page_says_it_in_words_and_passes_no_product(workspace):
    workspace.write()
    path = workspace.folder / "metrics/compare.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | COMPARE))
    page()
    text = (workspace.folder / "report/index.html").read_text(encoding="utf-8")
    section = text[text.index('id="conclusions"') : text.index('id="suitability"')]
    assert "no pass or fail of a product" in section
    assert not re.findall(r"\b(passe[sd]|failed|fails)\b", section)
    words = re.sub(r"<[^>]+>", "", section)
    assert "Agrees: one 1.0 (0.900 to 1.10). Differs: two 2.0 (1.60 to 2.40)." in words
    assert "too few on both platforms: oil ≥" in words
