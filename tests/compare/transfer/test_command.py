import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from stages.common.base.errors import InputError
from stages.compare.counts import count_runs
from stages.compare.parts.transferring import transfer_part
from stages.compare.ranges import SizeRange
from stages.compare.transfer.__main__ import main
from stages.compare.transfer.file import read_transfers, write_transfers
from stages.compare.transfer.training import fit
from tests.compare.transfer.study import BEADS, SCALE, YIELD, sizes, study


@pytest.fixture
def model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = study()
    write_transfers("model.json", [fit(data, BEADS, *pair, [5, 25]) for pair in ("AB", "BA")], "simulated")
    return data


def told(monkeypatch, capsys, *words):
    monkeypatch.setattr(sys, "argv", ["transfer", *words])
    main()
    return capsys.readouterr().out


def test_a_file_holds_all_that_a_prediction_needs(model):
    kept = read_transfers("model.json").transfers[0]
    fitted = fit(model, BEADS, "A", "B", [5, 25])
    assert kept.thresholds[0].effects.eta(0.5) == pytest.approx(fitted.thresholds[0].effects.eta(0.5), rel=1e-4)
    assert kept.refused == fitted.refused
    before = Path("model.json").read_bytes()
    write_transfers("model.json", [fit(study(), BEADS, *pair, [5, 25]) for pair in ("AB", "BA")], "simulated")
    assert Path("model.json").read_bytes() == before


def test_a_table_of_counts_is_told(model, monkeypatch, capsys):
    ranges = [SizeRange(size) for size in (2.0, 5.0, 6.0, 10.0, 12.0, 25.0)]
    own = count_runs(model, ranges)
    own[(own["sample"] == "s3") & (own["platform"] == "A")].to_csv("counts.csv", index=False)
    out = told(monkeypatch, capsys, "model.json", "counts.csv")
    assert "simulated" in out and "outside of the beads" in out
    row = next(line for line in out.splitlines() if " 5 " in line).split()
    second = model.sizes["s3-B0"]
    count = float(row[7])
    assert count == pytest.approx((second >= 5).sum(), rel=0.15)


def test_an_ingested_run_is_told(model, workspace, monkeypatch, capsys):
    write_transfers("model.json", [fit(model, BEADS, "A", "B", [5])], "simulated")
    workspace.run("new", "A", "new", "unlabelled", 0, lambda random, count: None, imaged_ml=0.5)
    random = np.random.default_rng(8)
    drawn = sizes(random, 60_000, 2.4)
    blank = dict.fromkeys(workspace.tables["new"])
    workspace.tables["new"] = pd.DataFrame(blank | {"abd_um": drawn, "run": "new", "simulated": True})
    workspace.rows[0] |= {"accepted": len(drawn), "rows_read": len(drawn), "min_size_um": None}
    workspace.write(networks={})
    out = told(monkeypatch, capsys, "model.json", "new")
    assert float(out.splitlines()[2].split()[7]) == pytest.approx(60_000 * YIELD * (5 / SCALE) ** -2.4, rel=0.1)
    with pytest.raises(InputError, match="no run 'old'"):
        told(monkeypatch, capsys, "model.json", "old")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"count": None}, "column count is missing"),
        ({"count": [3, -1]}, "line 3: count is"),
        ({"count": [3, "many"]}, "line 3: count is"),
        ({"from_um": [5, 5]}, "line 3: run r has this size twice"),
        ({"dilution": [1, 0.5]}, "line 3: dilution is"),
        ({"platform": "C"}, "nothing of a platform"),
    ],
)
def test_a_table_with_a_fault_names_its_line(model, monkeypatch, capsys, change, message):
    table = {"platform": "A", "sample": "s", "run": "r", "from_um": [2, 5], "count": [9, 3], "imaged_ml": 0.5} | change
    pd.DataFrame({name: value for name, value in table.items() if value is not None}).to_csv("counts.csv")
    with pytest.raises(InputError, match=message):
        told(monkeypatch, capsys, "model.json", "counts.csv")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"imaged_ml": np.nan}, "volume of a run is not known"),
        ({"uncounted": 2}, "may be particles"),
        ({}, "must have"),
    ],
)
def test_a_table_that_does_not_tell_enough_is_refused(model, monkeypatch, capsys, change, said):
    table = {"platform": "A", "sample": "s", "run": "r", "from_um": [2, 5], "count": [900, 300], "imaged_ml": 0.5}
    pd.DataFrame(table | change).to_csv("counts.csv", index=False)
    assert said in told(monkeypatch, capsys, "model.json", "counts.csv")


def test_a_file_of_something_else_names_the_place(model, monkeypatch, capsys):
    content = json.loads(Path("model.json").read_text())
    content["transfers"][0]["thresholds"][0]["first_um"] = "wide"
    Path("model.json").write_text(json.dumps(content))
    with pytest.raises(InputError, match=r"transfers\.0\.thresholds\.0\.first_um"):
        told(monkeypatch, capsys, "model.json", "counts.csv")
    Path("model.json").write_text("{")
    with pytest.raises(InputError, match="not readable as JSON"):
        told(monkeypatch, capsys, "model.json", "counts.csv")
    with pytest.raises(InputError, match="not found"):
        told(monkeypatch, capsys, "nothing.json", "counts.csv")


class Settings:
    thresholds_um = (5, 25)


def test_the_part_says_what_was_fitted_and_what_not():
    part, transfers = transfer_part(study(), BEADS, Settings)
    assert list(part.numbers) == ["A to B", "B to A"]
    own = part.numbers["A to B"]
    assert own["thresholds"]["at_least_5_um"]["eta_low"] < YIELD < own["thresholds"]["at_least_5_um"]["eta_high"]
    assert "outside of the beads" in own["refused"]["at_least_25_um"]
    assert own["left_out_predicted"] == sum("refused" not in entry for entry in own["left_out"])
    assert list(part.pictures) == ["transfer"] and part.skipped is None
    assert len(transfers) == 2


def test_the_part_says_what_the_design_lacks():
    few, transfers = transfer_part(study({"s1": 1.6, "s2": 2.4, "s3": 3.2}), BEADS, Settings)
    assert "needs 4 samples" in few.skipped and not few.pictures and len(transfers) == 2
    alike, _ = transfer_part(study(dict.fromkeys(["s1", "s2", "s3", "s4"], 2.5), expected=2000), BEADS, Settings)
    assert any("can't be told apart" in note for note in alike.notes)
    none, transfers = transfer_part(study(), BEADS[BEADS["nominal_um"] > 5], Settings)
    assert "2 bead sizes" in none.skipped and not transfers
    one = study()
    one = type(one)(one.runs[one.runs["platform"] == "A"], {"A": "abd_um"}, one.sizes, [], "simulated")
    assert "fewer than two platforms" in transfer_part(one, BEADS, Settings)[0].skipped
