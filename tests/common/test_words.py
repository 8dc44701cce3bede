import math

import pytest
from jinja2 import Undefined

from stages.common.words import digits, percent, score, span, threshold, verdict, whole


@pytest.mark.parametrize(
    "value, shown",
    [
        (0.012345, "0.0123"),
        (0.5, "0.500"),
        (12.345, "12.3"),
        (123.45, "123"),
        (12345.6, "12\u202f346"),
        (0, "0"),
        (-0.0351, "−0.0351"),
        (0.0000123, "1.23e−05"),
        (None, "–"),
        (math.nan, "–"),
        (Undefined(), "–"),
    ],
)
def test_digits(value, shown):
    assert digits(value) == shown


def test_whole():
    assert whole(1234567.0) == "1\u202f234\u202f567"


def test_percent():
    assert percent(0.96712) == "96.7\u202f%"


def test_score():
    assert score({"value": 0.9, "low": 0.85, "high": 0.934}) == "90.0\u202f% (85.0 to 93.4)"
    assert score({"value": 0.9, "low": None, "high": None}) == "90.0\u202f%"
    assert score(None) == "–"


def test_span():
    assert span(0.6123, 1.5) == "0.612 to 1.50"
    assert span(None, 1.5) == ""


def test_threshold():
    assert threshold("at_least_10_um") == "≥\u202f10\u202fµm"
    assert threshold("below_2_um") == "<\u202f2\u202fµm"
    assert threshold("2_to_5_um") == "2 to 5\u202fµm"
    assert threshold("near_nominal") == "near nominal"


def test_every_verdict_has_a_symbol_and_its_word():
    """Those of stages.compare.verdict, which the page can't import."""
    words = "within", "outside", "undecided", "not decidable", "not compared"
    shown = [verdict(word) for word in words]
    assert [said.split(" ", 1)[1] for said in shown] == list(words)
    assert len({said[0] for said in shown}) == len(words)
