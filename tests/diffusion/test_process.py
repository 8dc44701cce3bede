"""The process against its closed forms."""

import numpy as np
import pytest
import torch

from stages.diffusion.process import Process, cosine_alpha_bar, linear_alpha_bar, loss, shifted_cosine_alpha_bar

SCHEDULES = [linear_alpha_bar(1000), cosine_alpha_bar(1000), shifted_cosine_alpha_bar(1000)]


@pytest.mark.parametrize("alpha_bar", SCHEDULES)
def test_the_image_is_whole_at_time_0_and_gone_at_time_T(alpha_bar):
    assert alpha_bar.dtype == np.float64
    assert len(alpha_bar) == 1001
    assert alpha_bar[0] == 1
    assert 0 < alpha_bar[-1] < 1e-4
    assert (np.diff(alpha_bar) < 0).all()


def test_linear_schedule_is_the_product_of_its_betas():
    log = sum(np.log1p(-(1e-4 + (0.02 - 1e-4) * i / 999)) for i in range(1000))
    assert linear_alpha_bar(1000)[-1] == pytest.approx(np.exp(log), rel=1e-10)
    # Half the steps leave much of the signal: sqrt(alpha_bar) is 8 %.
    assert np.sqrt(linear_alpha_bar(500)[-1]) == pytest.approx(0.08, abs=0.002)


def test_cosine_schedule_follows_the_cosine():
    middle = np.cos((0.5 + 0.008) / 1.008 * np.pi / 2) ** 2 / np.cos(0.008 / 1.008 * np.pi / 2) ** 2
    assert cosine_alpha_bar(1000)[500] == pytest.approx(middle, rel=1e-9)


def test_shifted_schedule_doubles_the_noise_beside_the_image():
    cosine, shifted = cosine_alpha_bar(1000)[1:], shifted_cosine_alpha_bar(1000)[1:]
    assert np.allclose(np.sqrt((1 - shifted) / shifted), 2 * np.sqrt((1 - cosine) / cosine))


@pytest.mark.parametrize("alpha_bar", SCHEDULES)
@pytest.mark.parametrize("time", [1, 250, 1000])
def test_q_sample_has_the_mean_and_variance_of_equation_4(alpha_bar, time):
    process = Process(alpha_bar, "epsilon")
    torch.manual_seed(0)
    x0 = torch.full((1, 1, 512, 512), 2.0)
    x = process.q_sample(x0, torch.tensor([time]), torch.randn_like(x0))
    sd = np.sqrt(1 - alpha_bar[time])
    assert x.mean().item() == pytest.approx(2 * np.sqrt(alpha_bar[time]), abs=5 * sd / 512)
    assert x.var().item() == pytest.approx(1 - alpha_bar[time], rel=0.015)


@pytest.mark.parametrize("objective", ["epsilon", "v"])
def test_a_perfect_answer_gives_back_image_and_noise(objective):
    process = Process(linear_alpha_bar(1000), objective)
    torch.manual_seed(0)
    x0, epsilon = torch.randn(4, 1, 8, 8), torch.randn(4, 1, 8, 8)
    time = torch.tensor([1, 100, 400, 700])
    x = process.q_sample(x0, time, epsilon)
    answer = process.target(x0, time, epsilon)
    assert torch.allclose(process.x0_of(answer, x, time), x0, atol=1e-4)
    assert torch.allclose(process.epsilon_of(x0, x, time), epsilon, atol=1e-3)


def test_v_at_the_ends_is_the_noise_and_the_negative_image():
    process = Process(cosine_alpha_bar(1000), "v")
    x0, epsilon = torch.randn(1, 1, 8, 8), torch.randn(1, 1, 8, 8)
    assert torch.allclose(process.target(x0, torch.tensor([1]), epsilon), epsilon, atol=0.05)
    assert torch.allclose(process.target(x0, torch.tensor([1000]), epsilon), -x0, atol=1e-3)


def test_weighting_makes_the_v_loss_a_clamped_loss_on_the_image():
    """Weighted v loss = min(SNR, 5) * |x0 - x0'|^2, because the error of v is that of x0 over sqrt(1 - alpha_bar)."""
    process = Process(cosine_alpha_bar(1000), "v")
    torch.manual_seed(0)
    x0, epsilon, answer = torch.randn(3, 1, 16, 16), torch.randn(3, 1, 16, 16), torch.randn(3, 1, 16, 16)
    time = torch.tensor([50, 500, 900])
    x = process.q_sample(x0, time, epsilon)
    snr = torch.from_numpy(process.alpha_bar / np.maximum(1 - process.alpha_bar, 1e-20))[time].float()
    error = (process.x0_of(answer, x, time) - x0).square().mean(dim=(1, 2, 3))
    expected = (snr.clamp(max=5.0) * error).mean()
    found = loss(answer, process.target(x0, time, epsilon), process.loss_weight(time, 5.0), "mse")
    assert found.item() == pytest.approx(expected.item(), rel=1e-4)


def test_the_loss_is_a_mean():
    answer, weight = torch.tensor([[[[3.0, -1.0]]]]), torch.ones(1, 1, 1, 1)
    assert loss(answer, torch.zeros_like(answer), weight, "l1").item() == 2
    assert loss(answer, torch.zeros_like(answer), weight, "mse").item() == 5
