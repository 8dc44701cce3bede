import json

import pytest

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
