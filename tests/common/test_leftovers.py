"""Runs that were cut off are listed and cleared; what ingest keeps is not touched."""

import subprocess
import sys
from zipfile import ZipFile

import pytest

from stages.common import leftovers
from stages.common.unfinished.key import Key, key_of
from stages.common.unfinished.scratch import folder_of, scratch


def cut_off(key: Key) -> None:
    with pytest.raises(KeyboardInterrupt), scratch(key) as folder:
        (folder / "run.safetensors").write_bytes(b"half way")
        raise KeyboardInterrupt


@pytest.fixture(autouse=True)
def kept(tmp_path, monkeypatch):
    """A scratch folder in which ingest keeps a run."""
    monkeypatch.setenv("PIPELINE_SCRATCH", str(tmp_path))
    (tmp_path / "ingest" / "run").mkdir(parents=True)
    (tmp_path / "ingest" / "run" / "record.json").write_text("{}")
    return tmp_path / "ingest" / "run" / "record.json"


def said(monkeypatch, capsys, *words) -> str:
    monkeypatch.setattr(sys, "argv", ["leftovers", *words])
    leftovers.main()
    return capsys.readouterr().out


def test_runs_are_listed_and_cleared(kept, monkeypatch, capsys):
    assert "no unfinished runs" in said(monkeypatch, capsys)
    current = key_of("train_ddpm", "air_bubble", {"seed": 1})
    old = Key("train_real", "real-0-resnet18", {"seed": 1, "code": "another"})
    for key in (current, old):
        cut_off(key)
    lines = said(monkeypatch, capsys).splitlines()
    assert len(lines) == 2
    assert ["can't be gone on with" in line for line in sorted(lines)] == [False, True]
    assert folder_of(current).exists()
    assert said(monkeypatch, capsys, "--clear").endswith("2 removed\n")
    assert not folder_of(current).exists() and not folder_of(old).exists()
    assert kept.exists()


def test_a_zip_whose_reading_was_killed_is_listed_and_cleared(tmp_path, monkeypatch, capsys):
    with ZipFile(tmp_path / "run.zip", "w") as packed:
        packed.writestr("run/list.lst", "")
    reading = "import os, sys; from pathlib import Path; from stages.reading.exports.archive import folder_of\n"
    reading += "with folder_of(Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", reading, str(tmp_path / "run.zip")], check=False)
    (folder,) = tmp_path.glob("unpacked-*")
    assert str(folder) in said(monkeypatch, capsys)
    said(monkeypatch, capsys, "--clear")
    assert not folder.exists()


def test_a_run_says_why_it_does_not_go_on_with_another(capsys):
    cut_off(Key("train_ddpm", "air_bubble", {"seed": 1, "training": {"lr": 0.1, "batch": 16}}))
    capsys.readouterr()
    with scratch(Key("train_ddpm", "silicone_oil", {"seed": 2})):
        assert capsys.readouterr().out == ""
    with scratch(Key("train_ddpm", "air_bubble", {"seed": 1, "training": {"lr": 0.2, "batch": 16}})):
        assert "is not gone on with: other training.lr. This one begins anew" in capsys.readouterr().out
