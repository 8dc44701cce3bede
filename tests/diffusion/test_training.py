"""What a training step draws and at which rate it learns."""

import functools

import numpy as np
import pytest
import torch
import yaml

from stages.common.params.diffusion import GeneratorTraining, Network
from stages.diffusion.model.grey import GreyScale
from stages.diffusion.model.process import Process
from stages.diffusion.model.process.paths import DiffusionPath
from stages.diffusion.model.process.schedules import linear_alpha_bar
from stages.diffusion.training.step import Plan, batch_of, learning_rate, start, train_step, turned
from tests.diffusion.conftest import ROOT, rings

SETTINGS = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))["diffusion"]["training"]


def plan_with(held_out=0, **training):
    images = rings(13, 0)
    settings = GeneratorTraining.model_validate(SETTINGS | {"batch": 5, "held_out": held_out, **training})
    process = Process(DiffusionPath(linear_alpha_bar(100)), "v")
    return Plan(
        name="air_bubble",
        scales={"air_bubble": GreyScale.of(images, True)},
        images=images,
        labels=np.zeros(13, int),
        held_out=rings(held_out, 1),
        held_out_labels=np.zeros(held_out, int),
        process=process,
        settings=settings,
        epochs=40,
        sample_epochs=[40],
        seed=3,
    )


def test_an_epoch_visits_every_image_once_and_in_its_own_order():
    plan = plan_with()
    assert (plan.steps_an_epoch, plan.steps) == (3, 120)
    epochs = [np.concatenate([batch_of(epoch * 3 + i, plan) for i in range(3)]) for epoch in range(4)]
    assert all(sorted(epoch) == list(range(13)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 4


def test_the_learning_rate_warms_up_and_falls_to_0():
    plan = plan_with(lr=0.01, lr_schedule="cosine")
    rates = [learning_rate(step, plan) for step in range(plan.steps)]
    assert rates[0] == pytest.approx(0.01 / 50)
    assert np.argmax(rates) == 49
    assert rates[60] == pytest.approx(0.005)  # half of the steps
    assert rates[-1] < 1e-5
    assert {learning_rate(step, plan_with(lr=0.01, lr_schedule="constant")) for step in range(120)} == {0.01}


def test_the_eight_ways_are_the_eight_symmetries_of_a_square():
    image = torch.arange(9).reshape(1, 3, 3).expand(8, 3, 3)
    ways = turned(image, torch.arange(8))
    assert len({tuple(way.flatten().tolist()) for way in ways}) == 8
    expected = [np.rot90(image[0].numpy(), k) for k in range(4)]
    expected += [turn[:, ::-1] for turn in expected]
    assert all(np.array_equal(way.numpy(), other) for way, other in zip(ways, expected, strict=True))


def test_a_compiled_network_learns_the_same(monkeypatch):
    """Captured and differentiated by the compiler, but without its code generation, which takes minutes on a CPU."""
    monkeypatch.setattr(torch, "compile", functools.partial(torch.compile, backend="aot_eager"))
    network = Network(base=8, multipliers=[1, 2], patch=2, linear_attention=[8], attention=[], blocks=1, dropout=0.0)
    weights = []
    for compiled in (False, True):
        plan = plan_with(compile=compiled, precision="float32")
        run = start(plan, network, torch.device("cpu"))
        for _ in range(plan.steps_an_epoch):
            train_step(run, plan)
        weights.append(run.network.state_dict())
    assert all(torch.allclose(weights[0][name], weights[1][name], atol=1e-4) for name in weights[0])
