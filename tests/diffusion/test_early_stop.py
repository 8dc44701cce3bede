"""Which images are held out, what their loss is, and when it ends a training."""

import numpy as np
import pandas as pd
import pytest
import torch

from stages.common.params.diffusion import Network
from stages.diffusion.model.weights import read_card
from stages.diffusion.training.__main__ import loss_by_epoch
from stages.diffusion.training.early_stop import divided, has_stopped, held_out_loss, judge_epoch
from stages.diffusion.training.step import start, train_step
from tests.diffusion.conftest import LABEL
from tests.diffusion.test_training import plan_with

TINY = Network(base=8, multipliers=[1, 2], patch=2, linear_attention=[], attention=[], blocks=1, dropout=0.1)
CPU = torch.device("cpu")


def rows_of(*runs):
    return pd.DataFrame({"run": list(runs)})


def test_held_out_images_come_first_from_runs_that_training_does_not_see():
    learnt, held_out = divided(rows_of(*"ababacbcb"), images=5, held_out=2)
    assert learnt.tolist() == [0, 1, 2, 3, 4]
    assert held_out.tolist() == [5, 7]  # both of run c
    learnt, held_out = divided(rows_of(*"ababacbcb"), images=5, held_out=3)
    assert held_out.tolist() == [5, 6, 7]


def test_where_none_are_left_the_last_that_training_was_allowed_are_held_out():
    learnt, held_out = divided(rows_of(*"aaabbb"), images=6, held_out=2)
    assert learnt.tolist() == [0, 1, 2, 3]
    assert held_out.tolist() == [4, 5]
    learnt, held_out = divided(rows_of(*"aaab"), images=9, held_out=0)
    assert learnt.tolist() == [0, 1, 2, 3]
    assert len(held_out) == 0


class Repeats(torch.nn.Module):
    """Answers 0 to everything, so the loss is the mean square of what it was asked."""

    def forward(self, x, time, label):
        return torch.zeros_like(x)


@pytest.mark.parametrize("held_out", [3, 11])
def test_the_held_out_loss_is_the_loss_over_all_times_and_always_the_same(held_out):
    plan = plan_with(held_out, loss="mse", precision="float32")
    run = start(plan, TINY, CPU)
    run.average = Repeats()
    torch.manual_seed(1)
    found = held_out_loss(run, plan)
    torch.manual_seed(2)
    run.step = 17
    assert held_out_loss(run, plan) == found
    # E |alpha epsilon - sigma x0|^2 = alpha^2 + sigma^2 E x0^2, over times that are evenly spread.
    grey = plan.scales["air_bubble"]
    x0 = ((plan.held_out - grey.mean) / grey.sd).astype(float)
    share = plan.process.path.alpha_bar[1:].mean()
    assert found == pytest.approx(share + (1 - share) * np.square(x0).mean(), rel=0.1)


def test_it_stops_after_patience_epochs_without_a_lower_loss_and_keeps_the_best(monkeypatch):
    plan = plan_with(4, patience=2)
    run = start(plan, TINY, CPU)
    stopped = []
    for value in (0.9, 0.7, 0.8, 0.6, 0.6, 0.7):
        monkeypatch.setattr("stages.diffusion.training.early_stop.held_out_loss", lambda run, plan, value=value: value)
        train_step(run, plan)
        judge_epoch(run, plan)
        stopped.append(has_stopped(run, plan))
        if value == 0.6 and len(stopped) == 4:
            best = {name: tensor.clone() for name, tensor in run.average.state_dict().items()}
    assert stopped == [False, False, False, False, False, True]
    assert all(torch.equal(run.best[name], best[name]) for name in best)
    assert any(not torch.equal(run.best[name], tensor) for name, tensor in run.average.state_dict().items())


def test_without_patience_it_never_stops():
    run = start(plan_with(4), TINY, CPU)
    run.held_out_losses = [0.1, 0.2, 0.3, 0.4]
    assert not has_stopped(run, plan_with(4))


def test_the_losses_of_an_epoch_stand_beside_each_other():
    plan = plan_with(4)
    run = start(plan, TINY, CPU)
    run.losses = [torch.tensor(value) for value in (1.0, 2.0, 6.0, 0.0, 0.0, 3.0)]
    run.held_out_losses = [4.0, 2.0]
    table = loss_by_epoch(run, plan)
    assert table.to_dict("list") == {
        "epoch": [1, 2],
        "images_seen": [13, 26],
        "loss": [3.0, 1.0],
        "held_out_loss": [4.0, 2.0],
    }


def test_a_training_stops_early_and_its_pictures_and_weights_say_so(project):
    """A rate at which nothing is learnt: the first epochs are the best that there are."""
    project.write({"train": 14, "selection": 6}, epochs=40, held_out=4, patience=3, lr=10.0, lr_schedule="constant")
    said = project.run("training")
    assert "10 images of 16 px" in said  # 14 in the split, 12 allowed, 4 held out
    assert "4 more are held out" in said
    assert "no lower held-out loss in 3 epochs, stopped" in said
    folder = project.folder / f"models/ddpm/{LABEL}"
    table = pd.read_csv(folder / "loss.csv")
    best = int(table["held_out_loss"].argmin())
    assert len(table) == best + 4 < 40
    card = read_card(folder / "weights.safetensors")
    assert card.sample_epochs[-1] == len(table)
    assert len(np.load(folder / LABEL / "samples.npy", allow_pickle=False)) == len(card.sample_epochs)
