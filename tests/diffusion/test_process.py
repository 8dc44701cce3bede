"""The process against its closed forms."""

import numpy as np
import pytest
import torch
from scipy import stats

from stages.common.params import diffusion as params
from stages.diffusion.model.process import Process, build, loss
from stages.diffusion.model.process.paths import DiffusionPath, StraightPath
from stages.diffusion.model.process.schedules import (
    cosine_alpha_bar,
    linear_alpha_bar,
    shifted_cosine_alpha_bar,
    with_zero_terminal_snr,
)

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
    process = Process(DiffusionPath(alpha_bar), "epsilon")
    torch.manual_seed(0)
    x0 = torch.full((1, 1, 512, 512), 2.0)
    x = process.q_sample(x0, torch.tensor([time]), torch.randn_like(x0))
    sd = np.sqrt(1 - alpha_bar[time])
    assert x.mean().item() == pytest.approx(2 * np.sqrt(alpha_bar[time]), abs=5 * sd / 512)
    assert x.var().item() == pytest.approx(1 - alpha_bar[time], rel=0.015)


@pytest.mark.parametrize(
    "process",
    [
        Process(DiffusionPath(linear_alpha_bar(1000)), "epsilon"),
        Process(DiffusionPath(linear_alpha_bar(1000)), "v"),
        Process(StraightPath(1000), "flow"),
    ],
    ids=["epsilon", "v", "flow"],
)
def test_a_perfect_answer_gives_back_the_image(process):
    torch.manual_seed(0)
    x0, epsilon = torch.randn(4, 1, 8, 8), torch.randn(4, 1, 8, 8)
    time = torch.tensor([1, 100, 400, 700])
    x = process.q_sample(x0, time, epsilon)
    answer = process.target(x0, time, epsilon)
    assert torch.allclose(process.x0_of(answer, x, time), x0, atol=1e-4)


def test_v_at_the_ends_is_the_noise_and_the_negative_image():
    process = Process(DiffusionPath(cosine_alpha_bar(1000)), "v")
    x0, epsilon = torch.randn(1, 1, 8, 8), torch.randn(1, 1, 8, 8)
    assert torch.allclose(process.target(x0, torch.tensor([1]), epsilon), epsilon, atol=0.05)
    assert torch.allclose(process.target(x0, torch.tensor([1000]), epsilon), -x0, atol=1e-3)


def test_weighting_makes_the_v_loss_a_clamped_loss_on_the_image():
    """Weighted v loss = min(SNR, 5) * |x0 - x0'|^2, because the error of v is that of x0 over sqrt(1 - alpha_bar)."""
    process = Process(DiffusionPath(cosine_alpha_bar(1000)), "v")
    torch.manual_seed(0)
    x0, epsilon, answer = torch.randn(3, 1, 16, 16), torch.randn(3, 1, 16, 16), torch.randn(3, 1, 16, 16)
    time = torch.tensor([50, 500, 900])
    x = process.q_sample(x0, time, epsilon)
    snr = torch.from_numpy(process.path.alpha_bar / np.maximum(1 - process.path.alpha_bar, 1e-20))[time].float()
    error = (process.x0_of(answer, x, time) - x0).square().mean(dim=(1, 2, 3))
    expected = (snr.clamp(max=5.0) * error).mean()
    found = loss(answer, process.target(x0, time, epsilon), process.loss_weight(time, 5.0), "mse")
    assert found.item() == pytest.approx(expected.item(), rel=1e-4)


def test_the_loss_is_a_mean():
    answer, weight = torch.tensor([[[[3.0, -1.0]]]]), torch.ones(1, 1, 1, 1)
    assert loss(answer, torch.zeros_like(answer), weight, "l1").item() == 2
    assert loss(answer, torch.zeros_like(answer), weight, "mse").item() == 5


def test_the_flow_is_the_velocity_of_a_straight_line_from_image_to_noise():
    process = Process(StraightPath(1000), "flow")
    torch.manual_seed(0)
    x0, epsilon = torch.randn(2, 1, 8, 8), torch.randn(2, 1, 8, 8)
    before, after = (process.q_sample(x0, torch.full((2,), time), epsilon) for time in (400.0, 600.0))
    velocity = process.target(x0, torch.full((2,), 500.0), epsilon)
    assert torch.allclose((after - before) / 0.2, velocity, atol=1e-5)
    ends = process.q_sample(x0, torch.tensor([0.0, 1000.0]), epsilon)
    assert torch.equal(ends[0], x0[0])
    assert torch.equal(ends[1], epsilon[1])


@pytest.mark.parametrize(
    ("objective", "expected"),
    [
        ("epsilon", lambda signal, noise, snr: np.minimum(snr, 5) / snr),
        ("v", lambda signal, noise, snr: np.minimum(snr, 5) / (snr + 1)),
        ("flow", lambda signal, noise, snr: np.minimum(signal**2, 5 * noise**2)),
    ],
)
def test_min_snr_weights_have_their_published_forms(objective, expected):
    """Hang et al. 2023, section 3.4, for epsilon and v; for the flow, min(SNR, 5) over the square of d x_0 / d flow."""
    path = StraightPath(1000) if objective == "flow" else DiffusionPath(cosine_alpha_bar(1000))
    time = torch.tensor([10, 200, 500, 800, 990])
    signal, noise = path.signal(time).numpy(), path.noise(time).numpy()
    found = Process(path, objective).loss_weight(time, 5.0)
    assert np.allclose(found.numpy(), expected(signal, noise, signal**2 / noise**2), rtol=1e-5)
    assert (Process(path, objective).loss_weight(time, None) == 1).all()


PATHS = {"diffusion": DiffusionPath(linear_alpha_bar(1000)), "flow": StraightPath(1000)}


@pytest.mark.parametrize(("mean", "sd"), [(0.0, 1.0), (0.4, 1.2)])
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_logit_normal_times_have_a_normal_logarithm_of_noise_over_signal(path, mean, sd):
    torch.manual_seed(0)
    time = Process(path, "v", "logit_normal", (mean, sd)).draw_times(20_000)
    logits = (path.noise(time) / path.signal(time)).log()
    assert logits.mean().item() == pytest.approx(mean, abs=0.03)
    assert logits.std().item() == pytest.approx(sd, abs=0.03)


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_uniform_times_come_equally_often(path):
    torch.manual_seed(0)
    drawn = Process(path, "v", "uniform").draw_times(100_000).double()
    assert stats.kstest((drawn - 0.5) / 1000, "uniform").statistic < 0.01
    assert 0 < drawn.min() < 2
    assert 998 < drawn.max() <= 1000


def test_logit_normal_times_reach_the_end_of_a_schedule_without_any_signal_left():
    path = DiffusionPath(with_zero_terminal_snr(cosine_alpha_bar(10)))
    assert path.at_noise(torch.tensor([-50.0, 50.0], dtype=torch.float64)).tolist() == [1, 10]


@pytest.mark.parametrize("times", ["uniform", "logit_normal"])
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_spread_times_have_the_distribution_of_drawn_ones(path, times):
    torch.manual_seed(0)
    process = Process(path, "v", times)
    drawn, spread = process.draw_times(40_000), process.spread_times(400)
    assert spread.dtype == drawn.dtype
    share = torch.linspace(0.02, 0.98, 25, dtype=torch.float64)
    assert torch.allclose(torch.quantile(drawn.double(), share), torch.quantile(spread.double(), share), atol=15)
    assert spread.min() > 0
    assert spread.max() <= 1000


@pytest.mark.parametrize("alpha_bar", SCHEDULES)
def test_zero_terminal_snr_ends_without_signal_and_keeps_the_first_time(alpha_bar):
    rescaled = with_zero_terminal_snr(alpha_bar)
    assert rescaled[-1] == 0
    assert rescaled[:2] == pytest.approx(alpha_bar[:2], rel=1e-12)
    assert (np.diff(rescaled) < 0).all()
    # An affine map of the signal: the ratios of its steps stay.
    before, after = np.diff(np.sqrt(alpha_bar[1:])), np.diff(np.sqrt(rescaled[1:]))
    assert np.allclose(after / after[0], before / before[0], rtol=1e-9)


def test_without_signal_v_still_tells_the_image():
    path = DiffusionPath(with_zero_terminal_snr(linear_alpha_bar(1000)))
    torch.manual_seed(0)
    x0, epsilon, time = torch.randn(1, 1, 8, 8), torch.randn(1, 1, 8, 8), torch.tensor([1000])
    process = Process(path, "v")
    x = process.q_sample(x0, time, epsilon)
    assert torch.equal(x, epsilon)
    assert torch.equal(process.x0_of(process.target(x0, time, epsilon), x, time), x0)


def test_settings_build_the_process_that_they_name():
    def built(**settings):
        return build(
            params.Process.model_validate({"steps": 100, "standardize": True, "times": "logit_normal"} | settings)
        )

    v = built(objective="v", schedule="cosine", zero_terminal_snr=True)
    assert np.array_equal(v.path.alpha_bar, with_zero_terminal_snr(cosine_alpha_bar(100)))
    assert v.log_noise == (0.0, 1.0)
    wide = built(objective="v", schedule="cosine", zero_terminal_snr=False, log_noise_mean=0.4, log_noise_sd=1.2)
    assert wide.log_noise == (0.4, 1.2)
    flow = built(objective="flow", schedule=None, zero_terminal_snr=False)
    assert (flow.path, flow.objective, flow.steps) == (StraightPath(100), "flow", 100)
