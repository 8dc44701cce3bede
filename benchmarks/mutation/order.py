"""A plugin of pytest: notes what each test does while nothing is changed, and runs those chosen for a mutant.

With MUTATION_FACTS, a file to write: for each test file its tests' seconds, those that fail, and which of them execute
which lines of stages/ (by the digest of the source as fingerprint.of_file takes it). What a fixture of a wider scope
executes counts for every test that uses it. Lines that run in processes which a test starts aren't seen.
With MUTATION_CHOICE, a file of [test, seconds when nothing is changed]: those alone, in that order, and none much
longer than that.
"""

import hashlib
import json
import os
import signal
from collections import defaultdict
from pathlib import Path

import coverage
import pytest

FACTS, CHOICE = os.environ.get("MUTATION_FACTS"), os.environ.get("MUTATION_CHOICE")
CHOSEN: dict[str, float] = dict(json.loads(Path(CHOICE).read_text(encoding="utf-8"))) if CHOICE else {}
PATIENCE, LEAST = 10, 20  # a hanging test: so many times as long as it takes, but so many seconds at least
WIDER = "every test with "
tracer = coverage.Coverage(data_file=None, config_file=False, source=["stages"])
items_of: dict[str, list[pytest.Item]] = defaultdict(list)
spent: dict[str, float] = defaultdict(float)
failing: set[str] = set()


class HangingError(BaseException):
    """Not an Exception, so that no code under test catches it."""


def pytest_configure() -> None:
    if FACTS:
        tracer.start()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHOICE:
        turn = {test: rank for rank, test in enumerate(CHOSEN)}
        items[:] = sorted((item for item in items if item.nodeid in turn), key=lambda item: turn[item.nodeid])
    for item in items:
        items_of[item.nodeid.split("::")[0]].append(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item):
    """Limit the processor's time: on a busy machine the clock's says nothing."""
    if FACTS:
        tracer.switch_context(item.nodeid)
    else:
        signal.signal(signal.SIGPROF, hanging)
        signal.setitimer(signal.ITIMER_PROF, max(PATIENCE * CHOSEN[item.nodeid], LEAST))
    return (yield)


def hanging(*_: object) -> None:
    raise HangingError


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef, request: pytest.FixtureRequest):
    """A fixture that several tests share is set up within the first of them, but not for it alone."""
    if not FACTS or fixturedef.scope == "function":
        return (yield)
    tracer.switch_context(WIDER + fixturedef.argname)
    try:
        return (yield)
    finally:
        tracer.switch_context(request._pyfuncitem.nodeid)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    spent[report.nodeid] += report.duration
    if report.failed:
        failing.add(report.nodeid)


def pytest_sessionfinish() -> None:
    if not FACTS:
        return
    tracer.stop()
    Path(FACTS).write_text(json.dumps({file: facts_of(items) for file, items in items_of.items()}), encoding="utf-8")


def facts_of(items: list[pytest.Item]) -> dict:
    """Seconds, failing tests and executed lines of the tests `items` of one file."""
    tests = {item.nodeid: set(getattr(item, "fixturenames", ())) for item in items}
    lines: dict[str, dict[int, list[str]]] = {}
    data = tracer.get_data()
    for source in data.measured_files():
        found = {}
        for line, contexts in data.contexts_by_lineno(source).items():
            shared = {context.removeprefix(WIDER) for context in contexts if context.startswith(WIDER)}
            executing = [test for test, fixtures in tests.items() if test in contexts or shared & fixtures]
            if executing:
                found[line] = executing
        if found:
            lines[hashlib.blake2b(Path(source).read_bytes(), digest_size=16).hexdigest()] = found
    return {
        "seconds": {test: spent[test] for test in tests},
        "failing": sorted(failing & set(tests)),
        "lines": lines,
    }
