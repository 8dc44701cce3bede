"""Trainings that start from weights which have learnt before."""

import pandas as pd
import pytest
import torch
from safetensors.torch import load_file

from stages.common.base.errors import InputError
from stages.common.params.diffusion import Diffusion
from stages.common.params.whole import read_all
from stages.diffusion.model.unet import UNet
from stages.diffusion.model.weights import read_card
from stages.diffusion.training.beginning import PRETRAINED, first_weights
from tests.diffusion.conftest import EDGE, LABEL, OTHER, ROOT

COUNTS = {"train": 14, "selection": 6}


@pytest.fixture
def learnt(project):
    """A project, and the file of a generator of two classes in it."""
    project.write(COUNTS, (LABEL, OTHER), epochs=4).run("training")
    file = project.folder / "before.safetensors"
    (project.folder / f"models/ddpm/{project.name}/weights.safetensors").rename(file)
    return project, file


def settings_of(project, start) -> Diffusion:
    diffusion = read_all(project.folder / "params.yaml").diffusion
    return diffusion.model_copy(update={"start": str(start)})


def answers(network: UNet, labels) -> torch.Tensor:
    random = torch.Generator().manual_seed(0)
    x = torch.randn((len(labels), 1, EDGE, EDGE), generator=random)
    with torch.inference_mode():
        return network.eval()(x, torch.full((len(labels),), 30.0), torch.tensor(labels))


def loaded(settings: Diffusion, weights, classes: int) -> UNet:
    network = UNet(EDGE, settings.network, classes)
    network.load_state_dict(weights)
    return network


def test_training_starts_where_a_class_that_is_not_told_was_answered(learnt):
    project, file = learnt
    settings = settings_of(project, file)
    before = answers(loaded(settings, load_file(file), classes=2), [2, 2, 2])  # 2: not told
    told = answers(loaded(settings, load_file(file), classes=2), [0, 1, 2])
    assert not torch.allclose(told[:2], before[:2], atol=1e-3)
    alone = loaded(settings, first_weights(settings, EDGE, classes=1), classes=1)
    assert torch.allclose(answers(alone, [0, 0, 0]), before, atol=1e-5)
    shared = loaded(settings, first_weights(settings, EDGE, classes=3), classes=3)
    assert torch.allclose(answers(shared, [0, 1, 3]), before, atol=1e-5)


def test_what_was_learnt_before_is_not_learnt_again(learnt):
    project, file = learnt
    losses = {}
    for start in ("scratch", file.name):
        project.write(COUNTS, epochs=4)
        settings = project.folder / "params.yaml"
        settings.write_text(settings.read_text().replace("start: scratch", f"start: {start}"))
        said = project.run("training")
        card = read_card(project.folder / f"models/ddpm/{LABEL}/weights.safetensors")
        told = "scratch" if start == "scratch" else "weights pretrained on 24 simulated particles"
        assert f"{LABEL}: starts from {told}" in said
        assert card.start == told
        losses[start] = pd.read_csv(project.folder / f"models/ddpm/{LABEL}/loss.csv")["loss"]
    assert losses[file.name].iloc[0] < losses["scratch"].iloc[0]


@pytest.mark.parametrize(
    ("block", "change", "said"),
    [
        ("network", {"base": 16}, "diffusion.network.base is 16, its own 8"),
        ("process", {"schedule": "linear"}, "diffusion.process.schedule is linear, its own cosine"),
        ("process", {"asinh_softening": None}, "diffusion.process.asinh_softening is None, its own 0.5"),
    ],
)
def test_weights_of_another_kind_are_refused(learnt, block, change, said):
    project, file = learnt
    settings = settings_of(project, file)
    settings = settings.model_copy(update={block: getattr(settings, block).model_copy(update=change)})
    with pytest.raises(InputError, match=f"doesn't fit: {said}"):
        first_weights(settings, EDGE, classes=1)


def test_images_of_another_size_and_a_file_that_is_not_there_are_refused(learnt):
    project, file = learnt
    with pytest.raises(InputError, match=f"images of 32 px, its own had {EDGE} px"):
        first_weights(settings_of(project, file), 32, classes=1)
    with pytest.raises(InputError, match="not there"):
        first_weights(settings_of(project, "other.safetensors"), EDGE, classes=1)


def test_dropout_may_differ_and_times_too(learnt):
    project, file = learnt
    settings = settings_of(project, file)
    network = settings.network.model_copy(update={"dropout": 0.0})
    process = settings.process.model_copy(update={"log_noise_mean": 0.0, "times": "uniform"})
    settings = settings.model_copy(update={"network": network, "process": process})
    assert first_weights(settings, EDGE, classes=1)


def test_the_default_starts_from_weights_that_are_there_and_fit(monkeypatch):
    monkeypatch.chdir(ROOT)
    params = read_all()
    assert params.diffusion.start == "pretrained"
    weights = first_weights(params.diffusion, params.normalize.edge_px, classes=1)
    UNet(params.normalize.edge_px, params.diffusion.network).load_state_dict(weights)
    card = read_card(PRETRAINED)
    assert card.origin == "simulated"
    assert not set(card.classes) & set(params.classes)
    assert PRETRAINED.stat().st_size < 3e6
