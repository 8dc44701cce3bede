"""Methods against imbalance: losses by hand and against PyTorch's and scikit-learn's, drawings by their frequencies,
changes of images whose outcome is known."""

import itertools
from typing import get_args

import numpy as np
import pytest
import torch
from sklearn.utils.class_weight import compute_class_weight

from stages.classify.training.methods import CHANGES, DRAWINGS, LOSSES, strong
from stages.classify.training.methods.mixup import STRENGTH
from stages.common.params.assemble import Change, Drawing, Loss

LABEL = np.repeat([0, 1, 2], [30, 6, 4])
LOGITS = torch.tensor([[2.0, 0.5, -1.0], [0.0, 1.0, 0.3], [-0.4, 0.1, 0.2]])
TARGETS = torch.eye(3)
COUNTS = torch.tensor([30, 6, 4])


def test_params_know_the_methods_that_there_are():
    assert set(DRAWINGS) == {"every_image", *get_args(Drawing)}
    assert set(LOSSES) == {"cross_entropy", *get_args(Loss)}
    assert set(CHANGES) == set(get_args(Change))


def drawn(name: str, count: int, seed: int = 1) -> np.ndarray:
    numbers = itertools.chain.from_iterable(DRAWINGS[name](LABEL, np.random.default_rng(seed)))
    return np.array(list(itertools.islice(numbers, count)))


def test_oversampling_repeats_the_smaller_classes_evenly():
    """A round is three times the largest class; six images fill it five times each, four seven or eight times."""
    for numbers in drawn("oversampling", 180).reshape(2, 90):
        times = np.bincount(numbers, minlength=40)
        assert (times[:30] == 1).all() and (times[30:36] == 5).all()
        assert set(times[36:]) == {7, 8} and times[36:].sum() == 30
    assert np.bincount(LABEL[drawn("oversampling", 20)], minlength=3).min() > 0  # classes come in a mixed order


def test_balanced_draws_take_classes_as_often_and_images_of_a_class_too():
    numbers = drawn("balanced_draws", 60_000)
    times = np.bincount(numbers, minlength=40)
    for label, count in enumerate((30, 6, 4)):
        here = times[label == LABEL]
        assert here.sum() == pytest.approx(20_000, abs=5 * np.sqrt(60_000 * 2 / 9))
        assert (np.abs(here - 20_000 / count) < 5 * np.sqrt(20_000 / count)).all()


def test_every_image_keeps_the_shares_of_the_set():
    assert (np.bincount(drawn("every_image", 120)) == 3).all()


def test_focal_loss_by_hand():
    """At probability 3/4 and focus 2 an image's loss is (1/4)^2 x log(4/3)."""
    logits = torch.tensor([[np.log(3.0), 0.0]])
    found = LOSSES["focal"](logits, torch.tensor([[1.0, 0.0]]), COUNTS[:2])
    assert found.item() == pytest.approx(np.log(4 / 3) / 16, rel=1e-6)


def test_class_weights_are_scikit_learns_in_pytorchs_loss():
    weight = compute_class_weight("balanced", classes=np.arange(3), y=LABEL)
    expected = torch.nn.functional.cross_entropy(
        LOGITS, torch.arange(3), weight=torch.tensor(weight, dtype=torch.float32), reduction="none"
    ).mean()
    assert LOSSES["class_weights"](LOGITS, TARGETS, COUNTS).item() == pytest.approx(expected.item(), rel=1e-6)


def test_logit_adjustment_by_hand():
    """Logits of zero and shares 30, 6, 4 of 40: the loss is minus the logarithm of the shares."""
    zeros = torch.zeros(3, 3)
    expected = -np.log([30 / 40, 6 / 40, 4 / 40]).mean()
    assert LOSSES["logit_adjustment"](zeros, TARGETS, COUNTS).item() == pytest.approx(expected, rel=1e-6)


def test_logit_adjustment_changes_nothing_where_classes_are_as_many():
    equal = LOSSES["logit_adjustment"](LOGITS, TARGETS, torch.tensor([5, 5, 5]))
    assert equal.item() == pytest.approx(LOSSES["cross_entropy"](LOGITS, TARGETS, COUNTS).item(), rel=1e-6)


@pytest.mark.parametrize("name", LOSSES)
def test_losses_take_mixed_targets_and_fall_towards_the_truth(name):
    mixed = torch.tensor([[0.7, 0.3, 0.0]] * 3)
    assert torch.isfinite(LOSSES[name](LOGITS, mixed, COUNTS))
    assert LOSSES[name](10 * TARGETS, TARGETS, COUNTS) < LOSSES[name](0 * TARGETS, TARGETS, COUNTS)


def test_mixup_mixes_images_and_targets_by_the_same_weight():
    """Images that hold their own targets still do when mixed; weights follow their beta law."""
    targets = torch.eye(3).repeat(4, 1)
    images = targets.argmax(dim=1).float().view(-1, 1, 1, 1).expand(-1, 1, 2, 2)
    random, weights = np.random.default_rng(4), []
    for _ in range(400):
        mixed, soft = CHANGES["mixup"](images, targets, random)
        torch.testing.assert_close(mixed[:, 0, 0, 0], soft @ torch.arange(3.0))
        torch.testing.assert_close(soft.sum(dim=1), torch.ones(12))
        others = soft[(soft > 0).sum(dim=1) == 2]
        if len(others):
            weights.append(others.max().item())
    drawn = np.random.default_rng(5).beta(STRENGTH, STRENGTH, 100_000)
    assert np.mean(weights) == pytest.approx(np.maximum(drawn, 1 - drawn).mean(), abs=0.03)


def disc() -> torch.Tensor:
    y, x = torch.meshgrid(torch.arange(64) - 31.5, torch.arange(64) - 31.5, indexing="ij")
    return ((x**2 + y**2).sqrt() < 12).float().expand(32, 1, 64, 64)


def strongly(images: torch.Tensor) -> torch.Tensor:
    return CHANGES["strong_augmentation"](images, torch.eye(2)[[0] * len(images)], np.random.default_rng(6))[0]


def test_strong_augmentation_keeps_a_particle_within_its_bounds(monkeypatch):
    """A disc stays a disc: its area by the scale's square, its middle within the shift, its border background."""
    monkeypatch.setattr(strong, "BRIGHTNESS", 0.0)
    monkeypatch.setattr(strong, "NOISE", 0.0)
    found = strongly(disc())[:, 0]
    area = found.sum(dim=(1, 2)) / disc()[0].sum()
    assert area.min() > np.exp(-2 * strong.SCALE) * 0.95 and area.max() < np.exp(2 * strong.SCALE) * 1.05
    assert area.std() > 0.05
    middle = (found * (torch.arange(64) - 31.5)).sum(dim=(1, 2)) / found.sum(dim=(1, 2))
    assert middle.abs().max() < 32 * strong.SHIFT * np.sqrt(2) * np.exp(strong.SCALE) and middle.std() > 0.3
    assert found[:, [0, -1]].abs().max() < 1e-6
    assert found.min() >= 0 and found.max() <= 1 + 1e-6


def test_strong_augmentation_turns_by_any_angle(monkeypatch):
    """A bar's axis comes to lie in all directions; no other change is made."""
    for name in ("BRIGHTNESS", "NOISE", "BLUR", "SHIFT", "SCALE"):
        monkeypatch.setattr(strong, name, 0.0)
    bar = torch.zeros(64, 1, 64, 64)
    bar[:, :, 29:35, 16:48] = 1
    found = strongly(bar)[:, 0].double()
    position = torch.arange(64) - 31.5
    xx, yy = ((found * axis).sum(dim=(1, 2)) for axis in (position**2, (position**2)[:, None]))
    xy = (found * position * position[:, None]).sum(dim=(1, 2))
    angle = 0.5 * torch.atan2(2 * xy, xx - yy)
    assert np.histogram(angle.numpy(), bins=4, range=(-np.pi / 2, np.pi / 2))[0].min() >= 8
    torch.testing.assert_close(found.sum(dim=(1, 2)), bar.double().sum(dim=(1, 2, 3)), rtol=0.03, atol=0)


def test_brightness_and_noise_have_their_sizes(monkeypatch):
    for name in ("BLUR", "SHIFT", "SCALE"):
        monkeypatch.setattr(strong, name, 0.0)
    found = strongly(torch.zeros(400, 1, 16, 16)).flatten(1)
    assert found.mean(dim=1).std().item() == pytest.approx(strong.BRIGHTNESS, rel=0.15)
    # A standard deviation that is uniform up to NOISE has the mean square NOISE^2 / 3.
    assert found.var(dim=1).mean().sqrt().item() == pytest.approx(strong.NOISE / np.sqrt(3), rel=0.1)
