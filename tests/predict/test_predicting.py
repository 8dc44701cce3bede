"""The stage answers runs whose composition is known: its counts hold it, and a run of something else says so."""

import shutil

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from scipy.stats import binomtest

from stages.common.base.files import read_json
from stages.common.particles import SCALARS, particle_id
from stages.predict.predicting.__main__ import main
from tests.predict.conftest import CLASSES, EDGE, LEVELS, SPREAD, disc

THERE = {"protein": 160, "silicone_oil": 30, "air_bubble": 12}  # discs of each mixed run
MIXED, STRANGE, BLANK = ("mixed-1", "mixed-2"), "strange-1", "blank-1"
VOLUME_ML = 0.02 / 4  # of undiluted sample in each run


def write_run(name: str, sample: str, images: list[np.ndarray], radii: list[float], named: list[str]) -> dict:
    """What ingest and normalize leave of a run; its line of the table of runs."""
    rows = pd.DataFrame({"abd_um": np.array(radii) / 4, "source_id": named})
    rows = rows.reindex(columns=[field.name for field in SCALARS]).assign(run=name, channels=1)
    rows["particle_id"] = [particle_id(name, own) for own in named]
    rows = rows.astype({"source_id": str, "particle_id": str})
    rows.to_parquet(f"data/ingested/{name}.parquet")
    np.save(f"data/normalized/{name}.npy", np.array(images, np.uint8).reshape(-1, EDGE, EDGE))
    told = {"run": name, "platform": "A", "sample": sample, "role": "unlabelled", "simulated": True}
    told |= {"imaged_ml": 0.02, "dilution": 4.0, "rejected": 0, "without_image": 0}
    return told | {"no_concentration": None}


@pytest.fixture(scope="module")
def answered(packed, tmp_path_factory):
    """A workspace after the stage: two mixed runs of one sample, a run of darker and smaller discs, and a blank."""
    folder = shutil.copytree(packed, tmp_path_factory.mktemp("predicting") / "project")
    random = np.random.default_rng(11)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        (folder / "data/ingested").mkdir()
        runs = []
        for run in MIXED:
            kinds = [name for name, count in THERE.items() for _ in range(count)]
            radii = random.uniform(20, 26, len(kinds))
            levels = random.normal([LEVELS[CLASSES.index(name)] for name in kinds], SPREAD)
            images = [disc(level, radius, random) for level, radius in zip(levels, radii, strict=True)]
            runs.append(write_run(run, "mixed", images, radii, [f"{kind}.{i}" for i, kind in enumerate(kinds)]))
        small = random.uniform(9, 12, 80)
        strange = [disc(level, radius, random) for level, radius in zip(random.normal(40, 5, 80), small, strict=True)]
        runs.append(write_run(STRANGE, "strange", strange, small, [str(i) for i in range(80)]))
        runs.append(write_run(BLANK, "blank", [], [], []))
        pd.DataFrame(runs).to_parquet("data/ingested/runs.parquet")
        main()
    return folder


def counts_of(folder, of, name):
    table = pd.read_csv(folder / "metrics/classes.csv")
    own = table[(table["of"] == of) & (table["name"] == name) & (table["at_least_um"] == 0)]
    return own.set_index("class")


def test_counts_hold_what_is_there(answered):
    for of, name, runs in (("run", MIXED[0], 1), ("run", MIXED[1], 1), ("sample", "mixed", 2)):
        found = counts_of(answered, of, name)
        assert list(found.index) == CLASSES
        for kind, count in THERE.items():
            row = found.loc[kind]
            assert row["per_ml_low"] <= count / VOLUME_ML <= row["per_ml_high"], (name, kind)
            assert row["count_low"] <= runs * count <= row["count_high"]
            assert row["found"]
        assert found["per_ml"].sum() == pytest.approx(sum(THERE.values()) / VOLUME_ML, rel=0.03)


def test_a_sample_says_how_many_of_its_runs_are_unlike_known_ones(answered):
    told = read_json(answered / "metrics/predict.json")
    raised = {*told["runs_with_foreign_particles"], *told["runs_that_drift"]}
    assert STRANGE in told["runs_with_foreign_particles"]
    assert STRANGE in told["runs_that_drift"]
    assert BLANK not in raised
    for sample, runs in {"mixed": MIXED, "strange": (STRANGE,), "blank": (BLANK,)}.items():
        alarmed = len(raised & {*runs})
        found = counts_of(answered, "sample", sample)
        assert (found["runs"] == len(runs)).all()
        assert (found["alarmed"] == alarmed).all()
        own = [counts_of(answered, "run", run)["alarmed"].iloc[0] for run in runs]
        assert own == [run in raised for run in runs]


def test_nothing_is_found_in_a_blank(answered):
    found = counts_of(answered, "run", BLANK)
    assert not found["found"].any()
    assert (found["count_low"] == 0).all()
    # None seen of a Poisson number excludes more than -log(0.05) = 3.0 of it, one-sided; two-sided ends are higher.
    assert ((found["count_high"] > 2.4) & (found["count_high"] < 3.8)).all()
    assert len(pq.read_table(answered / f"data/predicted/{BLANK}.parquet")) == 0


def test_each_particle_has_a_line_and_is_mostly_called_what_it_is(answered):
    for run in MIXED:
        table = pd.read_parquet(answered / f"data/predicted/{run}.parquet")
        assert len(table) == sum(THERE.values())
        truth = table["source_id"].str.split(".").str[0]
        assert (table["class"] == truth).mean() > 0.9
        given = ~table["review"].to_numpy(bool)
        for kind in CLASSES:
            own = given & (truth == kind)
            wrong = (table["class"][own] != kind).sum()
            assert binomtest(int(wrong), int(own.sum()), 0.05, alternative="greater").pvalue > 0.01
    flagged = pd.read_parquet(answered / f"data/predicted/{STRANGE}.parquet")["unknown"]
    assert flagged.mean() > 0.5


def test_the_same_runs_give_the_same_bytes(answered, monkeypatch):
    monkeypatch.chdir(answered)
    files = ["metrics/predict.json", "metrics/classes.csv", f"data/predicted/{MIXED[0]}.parquet"]
    before = [(answered / name).read_bytes() for name in files]
    main()
    assert [(answered / name).read_bytes() for name in files] == before
