import pytest

from stages.compare.design import Design
from stages.compare.verdict import verdict_of

COULD, COULD_NOT = Design((0.8, 1.2), 0.4, 6), Design(None, 0.0, 5)


@pytest.mark.parametrize(
    "low, high, design, word",
    [
        (0.8, 1.2, COULD, "within"),
        (0.7, 1.43, COULD, "within"),
        (0.5, 0.69, COULD, "outside"),
        (1.5, 2.0, COULD, "outside"),
        (1.5, float("inf"), COULD_NOT, "outside"),
        (0.6, 0.9, COULD, "undecided"),
        (0.1, 9, COULD, "undecided"),
        (0.1, 9, COULD_NOT, "not decidable"),
        (0.1, 9, None, "not decidable"),
    ],
)
def test_verdicts(low, high, design, word):
    assert verdict_of(low, high, (0.7, 1.43), design).word == word


def test_what_is_needed_is_said():
    assert verdict_of(0.1, 9, (0.7, 1.43), COULD_NOT).reason == ("with this design (needs 5 runs on each platform)")
    more = Design(None, 0.0, None)
    assert "more than 100 runs" in verdict_of(0.1, 9, (0.7, 1.43), more).reason
