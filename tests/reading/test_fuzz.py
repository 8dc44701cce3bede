"""Exports spoilt at random are read or refused, never with a traceback or a silently wrong value.

`python -m benchmarks.ingest_fuzz` does the same to instruments' own files, thousands of times.
"""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from stages.common.base.errors import InputError
from tests.reading.exports import FlowCam, Mfi
from tests.reading.losses import lose, low_count
from tests.reading.mutations import Original, spoil
from tests.reading.test_visualspreadsheet import PIXELS, V4


@pytest.fixture(scope="module")
def originals(tmp_path_factory) -> dict[str, Original]:
    root = tmp_path_factory.mktemp("exports")
    listed, table = FlowCam(), Mfi()
    listed.files["r1_summary.csv"] = "Count,4\n"
    table.preamble.append("Particles,3")
    listed.write(root)
    table.write(root)
    (root / "v").mkdir()
    (root / "v/v.csv").write_bytes(V4.encode())
    (root / "v/v_run_summary.txt").write_text("Run:\n\tParticle Count: 2\n")
    Image.fromarray(PIXELS).save(root / "v/v_000001.tif", compression="tiff_lzw")
    return {
        "flowcam": Original(root / "r1", "flowcam", "r1.lst"),
        "mfi": Original(root / "m1", "mfi", "particles.csv"),
        "visualspreadsheet": Original(root / "v", "visualspreadsheet", "v.csv", volume_ml=0.5),
    }


@pytest.mark.parametrize("form", ["flowcam", "mfi", "visualspreadsheet"])
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(chance=st.randoms(use_true_random=False))
def test_spoilt_exports(originals, form, chance):
    original = originals[form]
    try:
        done = spoil(original, chance)
        assert original.judge() == [], done
    except InputError as error:
        assert str(error)
    finally:
        original.restore()


@pytest.mark.parametrize("form", ["flowcam", "mfi", "visualspreadsheet"])
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(chance=st.randoms(use_true_random=False))
def test_no_loss_makes_a_count_low(originals, form, chance):
    original = originals[form]
    try:
        done = lose(original, chance)
        assert original.judge() == [], done
        assert low_count(original) is None, done
    except InputError as error:
        assert str(error)
    finally:
        original.restore()


def test_the_judge_sees_a_low_count(tmp_path):
    """Without a summary nothing tells that a list was cut between two rows: were one of those read, it would tell."""
    FlowCam().write(tmp_path)
    original = Original(tmp_path / "r1", "flowcam", "r1.lst")
    assert low_count(original) is None
    lines = original.table_path.read_bytes().splitlines(keepends=True)
    original.table_path.write_bytes(b"".join(lines[:-1]))
    original.read()
    assert low_count(original) == "1.2e+07/mL at most, where the whole run has 1.6e+07/mL"


def test_the_judge_sees_a_silent_error(originals, monkeypatch):
    """Were a reader to mistake one value, the judge would tell."""
    original = originals["flowcam"]
    assert original.judge() == []
    read = original.read()
    monkeypatch.setattr(original, "read", lambda: read.assign(abd_um=read["abd_um"] + 1e-9))
    assert len(original.judge()) == 4


def test_the_judge_excuses_what_was_touched(originals):
    original = originals["flowcam"]
    text = original.table_path.read_text()
    Path(original.table_path).write_text(text.replace("9.0338", "9.0339", 1))
    assert original.judge() == []
    original.restore()
    assert original.table_path.read_text() == text
