"""A model folder holds all that its answers need, says what it is, and can't be changed unnoticed."""

import shutil
import subprocess
from contextlib import chdir

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from stages.common.arrays import read_images
from stages.common.base.errors import InputError
from stages.common.base.files import read_json
from stages.predict.answering.answer import Answer, answer_of
from stages.predict.answering.part import COLUMNS, Facts, Part
from stages.predict.model.model import read_model
from stages.predict.packing.__main__ import main
from stages.predict.packing.choice import Trained, chosen
from stages.predict.packing.explained import groups_of
from stages.predict.predicting.networks import read_networks
from tests.predict.conftest import CLASSES, LEVELS, RUNS, SPREAD, write_network

FILES = ["SHA256SUMS", "arrays.safetensors", "card.md", "manifest.json", "model.onnx"]


@pytest.fixture
def folder(packed, tmp_path):
    return shutil.copytree(packed / "models/classifier/A", tmp_path / "classifier")


def test_the_list_of_digests_is_one_that_other_programs_check(folder):
    assert sorted(path.name for path in folder.iterdir()) == FILES
    done = subprocess.run(
        ["sha256sum", "--check", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, check=True
    )
    assert done.stdout.count(": OK") == len(FILES) - 1


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("share", [0.0, 0.31, 0.999])
def test_a_changed_byte_is_refused(folder, name, share):
    content = bytearray((folder / name).read_bytes())
    content[int(share * len(content))] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(InputError, match=r"copy the (whole )?folder|SHA256SUMS"):
        read_model(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(InputError, match=name):
        read_model(folder)


def test_the_best_on_the_selection_split_is_packed_unless_one_is_named(packed):
    trained = packed / "models/classifiers"
    assert names(chosen(trained, "best")) == {"A": "real-1-brightness"}
    assert names(chosen(trained, "real-2-brightness")) == {"A": "real-2-brightness"}
    with pytest.raises(InputError, match="real-9"):
        chosen(trained, "real-9")


def names(found: dict[str, Trained]) -> dict[str, str]:
    return {platform: trained.folder.name for platform, trained in found.items()}


def test_each_platform_has_the_best_of_its_own_networks_or_the_one_that_is_named(tmp_path):
    """Whatever those of the other score."""
    for name, recall, platform in (("a-1", 0.7, "A"), ("a-2", 0.8, "A"), ("b-1", 0.9, "B"), ("b-2", 0.6, "B")):
        write_network(tmp_path / name, recall, platform=platform)
    assert names(chosen(tmp_path, "best")) == {"A": "a-2", "B": "b-1"}
    assert names(chosen(tmp_path, {"B": "b-2", "A": "best"})) == {"A": "a-2", "B": "b-2"}
    assert names(chosen(tmp_path, {"B": "b-2"})) == {"B": "b-2"}
    with pytest.raises(InputError, match=r"network\.B: a-1 learnt particles of A"):
        chosen(tmp_path, {"B": "a-1"})
    with pytest.raises(InputError, match="'C'"):
        chosen(tmp_path, {"C": "best"})


def test_a_folder_of_several_models_asks_which(packed, tmp_path):
    assert read_model(packed / "models/classifier").manifest.platform == "A"
    for platform in "AB":
        shutil.copytree(packed / "models/classifier/A", tmp_path / platform)
    with pytest.raises(InputError, match=f"name one: {tmp_path / 'A'}, {tmp_path / 'B'}"):
        read_model(tmp_path)


def test_a_run_is_answered_by_its_own_platforms_network_or_by_that_which_knows_most(packed, tmp_path):
    for platform in "BD":
        shutil.copytree(packed / "models/classifier/A", tmp_path / platform)
    networks = read_networks(tmp_path)
    assert [networks.of(platform) for platform in "DB"] == [networks.models[platform] for platform in "DB"]
    assert networks.of("A") is networks.models["B"]
    assert networks.known_runs == {
        f"{split}-{name}-{i}" for split in ("train", "selection") for name in CLASSES for i in range(RUNS[split])
    }


def test_what_is_read_is_what_was_packed(packed):
    model = read_model(packed / "models/classifier/A")
    assert model.manifest.classes == CLASSES
    assert model.manifest.runs["validation"] == sorted(f"validation-{name}-{i}" for name in CLASSES for i in (0, 1))
    assert model.manifest.diameter == "abd_um"
    assert len(model.matrices) == 3
    counts = np.bincount(model.fitted.truth)
    assert counts.tolist() == [120, 120, 120]


def test_a_run_that_the_network_knows_is_not_held_against_itself(packed):
    """Its particles would lie nearer to known ones, which they are, than any new run's."""
    model = read_model(packed / "models/classifier/A")
    run = model.manifest.runs["training"][0]
    table = pq.read_table(packed / f"data/normalized/{run}.parquet", columns=list(COLUMNS))
    part = Part(table, np.ones(len(table), bool), read_images(packed / f"data/normalized/{run}.npy"))

    def answer(known: bool) -> Answer:
        facts = Facts(run, "A", "s", "class", True, 0.01, 1.0, 0, 0, no_concentration=None, known=known)
        return answer_of([part], lambda: facts, model)

    asked, known = answer(False), answer(True)
    assert asked.foreign.score > 0
    assert not known.foreign.alarm and not known.drift.alarm and known.warnings == []
    assert "isn't asked" in known.notes[0]
    pd.testing.assert_frame_equal(asked.counts, known.counts)


def test_probabilities_are_those_of_the_law_that_the_particles_follow(packed):
    """The network's logits are the log likelihoods of the classes' levels, so there is nothing to calibrate: the log
    odds half-way between two classes are 0, within three standard errors of what 240 particles tell."""
    fitted = read_model(packed / "models/classifier/A").fitted
    levels = np.random.default_rng(1).normal(np.repeat(LEVELS[:2], 100_000), SPREAD)
    odds = (LEVELS[1] - LEVELS[0]) * (levels - LEVELS[:2].mean()) / SPREAD**2
    told = np.mean(1 / (2 + np.exp(odds) + np.exp(-odds)))  # of a particle, p (1 - p): Fisher's information of a bias
    at = -((LEVELS[:2].mean() - LEVELS[None]) ** 2) / (2 * SPREAD**2)
    found = fitted.calibration.probabilities(at)[0]
    assert abs(np.log(found[0] / found[1])) < 3 / np.sqrt(240 * told)


def test_the_card_tells_data_and_limits(packed):
    card = (packed / "models/classifier/A/card.md").read_text(encoding="utf-8")
    metrics = read_json(packed / "metrics/pack.json")["A"]
    assert "trained on simulated data" in card
    assert "No synthetic image took part" in card
    assert "| real images learnt | 180 | 180 | 180 |" in card
    assert f"{100 * metrics['macro_recall']:.1f}" in card
    assert "validation-protein-0" in card and "## Limits" in card


def test_packing_again_gives_the_same_bytes(packed, tmp_path):
    again = shutil.copytree(packed, tmp_path / "again")
    with chdir(again):
        main()
    for name in FILES:
        assert (again / "models/classifier/A" / name).read_bytes() == (
            packed / "models/classifier/A" / name
        ).read_bytes()


def test_particles_to_look_at_are_right_doubtful_and_wrong():
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.45, 0.55], [0.7, 0.3], [0.1, 0.9]])
    truth = np.array([0, 0, 0, 0, 0, 1])
    groups = groups_of(0, truth, probabilities, np.array(list("fbcdea")))
    assert {name: rows.tolist() for name, rows in groups.items()} == {
        "right": [1, 4, 0],  # by name
        "doubtful": [1, 4, 0],  # 0.6, 0.7, 0.9
        "wrong": [2, 3],  # 0.8, 0.55
    }


def test_each_class_has_a_picture_of_where_it_is_seen(packed):
    pictures = {path.name for path in (packed / "plots/pack/A").iterdir()}
    assert pictures == {"reliability.png", "review.png", *(f"seen_{name}.png" for name in CLASSES)}
