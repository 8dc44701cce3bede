"""The time that a training takes is told before it starts, and telling it changes nothing."""

import time

import pytest
import torch

from stages.diffusion.training.estimate import Estimate, measure
from stages.diffusion.training.step import start, train_step
from tests.diffusion.test_early_stop import CPU, TINY
from tests.diffusion.test_training import plan_with


def test_an_epoch_and_the_rest_are_told():
    plan = plan_with()  # 40 epochs of 3 steps, pictures after the last
    assert Estimate(2.0, 0.5).sentence(plan, 0, 20) == "2 s a step, 6 s an epoch: about 4.2 minutes to go"
    assert Estimate(2.0, 0.5).sentence(plan, 90, 20) == "2 s a step, 6 s an epoch: about 1.2 minutes to go"
    assert Estimate(60.0, 0.0).sentence(plan, 0, 20).endswith("about 2.0 hours to go")
    assert Estimate(1425.0, 0.0).sentence(plan, 0, 20).endswith("about 47.5 hours to go")
    assert Estimate(1440.0, 0.0).sentence(plan, 0, 20).endswith("about 2.0 days to go")
    assert Estimate(86400.0, 0.0).sentence(plan, 0, 20).endswith("about 120.0 days to go")


def test_a_step_is_timed(monkeypatch):
    monkeypatch.setattr("stages.diffusion.training.estimate.train_step", lambda run, plan: time.sleep(0.05))
    assert measure(plan_with(), TINY, CPU, 2).step == pytest.approx(0.05, rel=0.3)


def test_measuring_leaves_the_training_as_it_is():
    plan = plan_with()
    runs = []
    for measured in (False, True):
        run = start(plan, TINY, CPU)
        if measured:
            measure(plan, TINY, CPU, 2)
        for _ in range(4):
            train_step(run, plan)
        runs.append(run.network.state_dict())
    assert all(torch.equal(runs[0][name], runs[1][name]) for name in runs[0])
