import errno
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stages.common.base import exchange as exchanging
from stages.common.base.files import read_json, replacing, replacing_folder, write_json


def test_a_failure_leaves_the_old_file_and_no_temporary_one(tmp_path):
    target = tmp_path / "out.txt"
    target.write_text("old")
    with pytest.raises(KeyboardInterrupt), replacing(target) as temporary:
        temporary.write_text("half")
        raise KeyboardInterrupt
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_is_replaced_whole_or_not_at_all(tmp_path):
    target = tmp_path / "out"
    target.mkdir()
    (target / "stale").write_text("old")
    with pytest.raises(ValueError, match="boom"), replacing_folder(target) as temporary:
        (temporary / "new").write_text("half")
        raise ValueError("boom")
    assert [path.name for path in target.iterdir()] == ["stale"]
    with replacing_folder(target) as temporary:
        (temporary / "new").write_text("whole")
    assert [path.name for path in target.iterdir()] == ["new"]
    assert list(tmp_path.iterdir()) == [target]


def test_json_refuses_nan_and_rounds_to_six_digits(tmp_path):
    with pytest.raises(ValueError):
        write_json(tmp_path / "nan.json", {"a": float("nan")})
    assert not (tmp_path / "nan.json").exists()
    write_json(tmp_path / "a.json", {"a": [1 / 3, {"b": 123456789.123}]})
    assert read_json(tmp_path / "a.json") == {"a": [0.333333, {"b": 123457000.0}]}
    assert json.loads((tmp_path / "a.json").read_text())


REPLACING = """
import itertools, sys
from pathlib import Path
from stages.common.base.files import replacing_folder
for number in itertools.count():
    with replacing_folder(sys.argv[1]) as folder:
        for part in range(3):
            (folder / str(part)).write_text(str(number))
"""


def test_a_kill_at_any_moment_leaves_the_old_folder_or_the_new_one(tmp_path):
    """Killed 25 times at random moments of replacing without end; what a kill leaves beside it goes with the next."""
    target, moments = tmp_path / "out", random.Random(1)
    for number in range(25):
        process = subprocess.Popen([sys.executable, "-c", REPLACING, str(target)])
        while not target.exists():
            time.sleep(0.01)
        time.sleep(0.2 * moments.random() + (1.0 if number == 0 else 0.6))
        process.send_signal(signal.SIGKILL)
        process.wait()
        parts = [(target / str(part)).read_text() for part in range(3)]
        assert len(set(parts)) == 1, parts
    with replacing_folder(target):
        pass
    assert list(tmp_path.iterdir()) == [target]


def test_the_work_of_a_living_process_is_left_alone(tmp_path):
    target = tmp_path / "out"
    with replacing_folder(target) as mine:
        (mine / "a").write_text("1")
        with replacing_folder(target) as other:
            (other / "b").write_text("2")
        assert (mine / "a").read_text() == "1"
    assert [path.name for path in target.iterdir()] == ["a"]


def test_where_paths_cant_change_places_the_old_one_moves_aside(tmp_path, monkeypatch):
    def not_offered(first, second):
        raise OSError(errno.EINVAL, "not offered")

    monkeypatch.setattr(exchanging, "_in_one_step", not_offered)
    target = tmp_path / "out"
    for name in ("old", "new"):
        with replacing_folder(target) as folder:
            (folder / name).touch()
    assert [path.name for path in target.iterdir()] == ["new"]
    assert list(tmp_path.iterdir()) == [target]

    # As a process leaves it that is killed when the old folder has moved aside.
    dead = next(number for number in itertools.count(os.getpid() + 1) if not Path(f"/proc/{number}").exists())
    target.rename(tmp_path / f".out.{dead}.abc.former")
    (tmp_path / f".out.{dead}.abc").mkdir()
    with pytest.raises(ValueError, match="boom"), replacing_folder(target):
        raise ValueError("boom")
    assert [path.name for path in target.iterdir()] == ["new"]
    assert list(tmp_path.iterdir()) == [target]
