"""What a log file shows of a long run."""

import pytest

from stages.common.base import progress as module
from stages.common.base.progress import progress


@pytest.fixture
def clock(monkeypatch):
    """Every look at the clock is ten seconds after the last."""
    times = iter(range(0, 10_000, 10))
    monkeypatch.setattr(module.time, "monotonic", lambda: float(next(times)))


def test_a_line_at_least_every_fifteen_seconds_and_one_at_the_end(clock, capsys):
    assert list(progress("abcde", "letters")) == list("abcde")
    assert capsys.readouterr().err.splitlines() == [
        "letters: 2 of 5, 20 s",
        "letters: 4 of 5, 40 s",
        "letters: 5 of 5 done, 60.0 s",
    ]


def test_what_an_earlier_run_did_counts(clock, capsys):
    list(progress([1, 2], "cells", done=3))
    list(progress(iter([1, 2]), "cells", total=7, done=5))
    ends = [line for line in capsys.readouterr().err.splitlines() if "done" in line]
    assert [line.split(",")[0] for line in ends] == ["cells: 5 of 5 done", "cells: 7 of 7 done"]


def test_a_number_that_nobody_knows_is_not_told(clock, capsys):
    list(progress(iter("ab"), "lines"))
    assert capsys.readouterr().err.splitlines()[-1].startswith("lines: 2 done")
