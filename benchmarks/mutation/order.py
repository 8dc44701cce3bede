"""A plugin of pytest: fast tests first, and none much longer than it takes when nothing is changed.

MUTATION_SECONDS names a file of seconds by test. A run without it writes it.
"""

import json
import os
import signal
from collections import defaultdict
from pathlib import Path

import pytest

SECONDS = Path(os.environ["MUTATION_SECONDS"])
KNOWN = json.loads(SECONDS.read_text(encoding="utf-8")) if SECONDS.exists() else {}
PATIENCE, LEAST = 10, 60  # a hanging test: so many times as long as it takes, but so many seconds at least
spent: dict[str, float] = defaultdict(float)


class HangingError(BaseException):
    """Not an Exception, so that no code under test catches it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files by their mean seconds, so that what a module sets up is set up once; the tests of a file by theirs."""
    mean = defaultdict(list)
    for item in items:
        mean[item.path].append(KNOWN.get(item.nodeid, 0))
    items.sort(key=lambda item: (sum(mean[item.path]) / len(mean[item.path]), item.path, KNOWN.get(item.nodeid, 0)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item):
    """Limit the processor's time: on a busy machine the clock's says nothing."""
    if KNOWN:
        signal.signal(signal.SIGPROF, hanging)
        signal.setitimer(signal.ITIMER_PROF, max(PATIENCE * KNOWN.get(item.nodeid, 0), LEAST))
    return (yield)


def hanging(*_: object) -> None:
    raise HangingError


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    spent[report.nodeid] += report.duration


def pytest_sessionfinish() -> None:
    if not KNOWN:
        SECONDS.write_text(json.dumps(spent), encoding="utf-8")
