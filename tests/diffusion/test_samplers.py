"""Samplers with a denoiser that is known in closed form: that of a normal distribution."""

import itertools

import numpy as np
import pytest
import torch

from stages.diffusion.model.process import Process
from stages.diffusion.model.process.paths import DiffusionPath, StraightPath
from stages.diffusion.model.process.schedules import (
    cosine_alpha_bar,
    linear_alpha_bar,
    shifted_cosine_alpha_bar,
    with_zero_terminal_snr,
)
from stages.diffusion.model.samplers import SAMPLERS
from stages.diffusion.model.samplers.times import even_times, noise_level_times

MEAN, SD = 1.5, 0.6
SCHEDULES = {
    "linear": linear_alpha_bar(1000),
    "cosine": cosine_alpha_bar(1000),
    "shifted": shifted_cosine_alpha_bar(1000),
    "zero terminal": with_zero_terminal_snr(linear_alpha_bar(1000)),
}


def denoiser(alpha_bar):
    """E[x0 | x_t] for x0 ~ N(MEAN, SD^2)."""

    def denoise(x, time):
        here = alpha_bar[time]
        gain = np.sqrt(here) * SD**2 / (here * SD**2 + 1 - here)
        return MEAN + gain * (x - np.sqrt(here) * MEAN)

    return denoise


def final(name, alpha_bar, noise, steps):
    torch.manual_seed(1)
    draw = lambda: torch.randn_like(noise)  # noqa: E731
    *_, last = SAMPLERS[name](denoiser(alpha_bar), DiffusionPath(alpha_bar), noise, steps, draw)
    return last


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize(
    ("name", "steps"), [("ancestral", 1000), ("ddim", 100), ("dpm_solver", 30), ("dpm_solver_sde", 100)]
)
def test_a_perfect_denoiser_gives_the_distribution(name, steps, schedule):
    noise = torch.randn(1, 1, 100, 100, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    images = final(name, SCHEDULES[schedule], noise, steps)
    assert images.mean().item() == pytest.approx(MEAN, abs=0.025)
    assert images.std().item() == pytest.approx(SD, rel=0.03)


@pytest.mark.parametrize("name", ["ddim", "dpm_solver"])
def test_deterministic_samplers_approach_the_solution_of_the_ode(name, monkeypatch):
    """The probability-flow ODE of a normal distribution has the solution x_0 = MEAN + SD (x_T - a MEAN) / s, where
    a and s are the mean's factor and the standard deviation at the start."""
    monkeypatch.setattr("stages.diffusion.model.samplers.times.SMALLEST_NOISE", 0.0)  # all the way in small steps
    alpha_bar = linear_alpha_bar(1000)
    noise = torch.linspace(-2, 2, 9, dtype=torch.float64).reshape(1, 1, 3, 3)
    steps = [10, 20, 40, 80, 160]
    start = {"ddim": 1000, "dpm_solver": int(noise_level_times(alpha_bar, 10)[0])}[name]
    here = alpha_bar[start]
    exact = MEAN + SD * (noise - np.sqrt(here) * MEAN) / np.sqrt(here * SD**2 + 1 - here)
    errors = [(final(name, alpha_bar, noise, count) - exact).abs().max().item() for count in steps]
    assert all(later < earlier for earlier, later in itertools.pairwise(errors)), errors
    assert errors[-1] < 0.03


def test_the_second_order_solver_is_closer_than_ddim_at_20_steps():
    alpha_bar = linear_alpha_bar(1000)
    noise = torch.linspace(-2, 2, 9, dtype=torch.float64).reshape(1, 1, 3, 3)
    exact = final("ddim", alpha_bar, noise, 1000)
    error = {name: (final(name, alpha_bar, noise, 20) - exact).abs().max() for name in ("ddim", "dpm_solver")}
    assert error["dpm_solver"] < error["ddim"] / 2


@pytest.mark.parametrize("steps", [1, 2, 7, 50])
def test_every_sampler_yields_one_state_a_step(steps):
    alpha_bar = linear_alpha_bar(50)
    noise = torch.zeros(1, 1, 2, 2)
    for name, sampler in SAMPLERS.items():
        path, denoise = DiffusionPath(alpha_bar), denoiser(alpha_bar)
        if name == "heun":
            path, denoise = StraightPath(50), lambda x, time: x * 0.5
        states = list(sampler(denoise, path, noise, steps, lambda: torch.zeros(1, 1, 2, 2)))
        assert len(states) == steps, name
        assert torch.isfinite(states[-1]).all(), name


@pytest.mark.parametrize("alpha_bar", [*SCHEDULES.values(), linear_alpha_bar(20)])
@pytest.mark.parametrize("steps", [1, 2, 10, 20])
def test_times_fall_to_0_and_none_comes_twice(alpha_bar, steps):
    for times in (noise_level_times(alpha_bar, steps), even_times(len(alpha_bar) - 1, steps)):
        assert len(times) == steps + 1
        assert times[-1] == 0
        assert (np.diff(times) < 0).all()
        assert 1 <= times[0] <= len(alpha_bar) - 1


# A normal distribution of images of four pixels, with means, variances and covariances of their own.
MEANS = torch.tensor([1.0, -0.5, 0.0, 2.0], dtype=torch.float64)
MIXING = torch.tensor([[0.8, 0, 0, 0], [0.5, 0.4, 0, 0], [-0.3, 0.2, 0.6, 0], [0, 0.1, 0.1, 0.2]], dtype=torch.float64)
COVARIANCE = MIXING @ MIXING.T
ASKED = {
    "epsilon": lambda x0, epsilon, signal, noise: epsilon,
    "v": lambda x0, epsilon, signal, noise: signal * epsilon - noise * x0,
    "flow": lambda x0, epsilon, signal, noise: epsilon - x0,
}


def optimal_denoiser(process):
    """What `process` makes of the best answer to its objective that there is: the mean of it, given x_t."""

    def denoise(x, time):
        times = torch.full((len(x),), time)
        signal, noise = process.path.signal(times[:1]).flatten(), process.path.noise(times[:1]).flatten()
        off = x.flatten(1) - signal * MEANS
        inverse = torch.linalg.inv(signal**2 * COVARIANCE + noise**2 * torch.eye(4, dtype=torch.float64))
        x0 = MEANS + off @ (signal * COVARIANCE @ inverse).T
        epsilon = off @ (noise * inverse).T
        answer = ASKED[process.objective](x0, epsilon, signal, noise).reshape(x.shape)
        return process.x0_of(answer, x, times)

    return denoise


@pytest.mark.parametrize(
    ("objective", "schedule", "name", "steps"),
    [
        *((o, s, n, k) for o in ("epsilon", "v") for s in ("linear", "cosine") for n, k in
          (("ancestral", 500), ("ddim", 200), ("dpm_solver", 50), ("dpm_solver_sde", 200))),
        ("v", "zero terminal", "ancestral", 500),
        ("v", "zero terminal", "ddim", 200),
        ("v", "zero terminal", "dpm_solver", 50),
        ("flow", None, "heun", 30),
    ],
)  # fmt: skip
def test_every_pair_of_objective_and_sampler_gives_mean_and_covariance(objective, schedule, name, steps):
    path = StraightPath(1000) if objective == "flow" else DiffusionPath(SCHEDULES[schedule])
    random = torch.Generator().manual_seed(0)
    draw = lambda: torch.randn(20_000, 1, 2, 2, dtype=torch.float64, generator=random)  # noqa: E731
    *_, images = SAMPLERS[name](optimal_denoiser(Process(path, objective)), path, draw(), steps, draw)
    images = images.flatten(1)
    assert torch.allclose(images.mean(dim=0), MEANS, atol=0.04)
    assert torch.allclose(images.T.cov(), COVARIANCE, atol=0.04)


def test_heun_is_of_second_order():
    """The flow's ODE of a normal distribution has the solution x_0 = MEAN + SD x_1; half the step, a quarter of the
    error."""

    def denoise(x, time):
        t = time / 1000
        gain = (1 - t) * SD**2 / ((1 - t) ** 2 * SD**2 + t**2)
        return MEAN + gain * (x - (1 - t) * MEAN)

    noise = torch.linspace(-2, 2, 9, dtype=torch.float64).reshape(1, 1, 3, 3)
    errors = []
    for steps in (20, 40, 80, 160):
        *_, last = SAMPLERS["heun"](denoise, StraightPath(1000), noise, steps, None)
        errors.append((last - (MEAN + SD * noise)).abs().max().item())
    ratios = [earlier / later for earlier, later in itertools.pairwise(errors)]
    assert ratios == pytest.approx([4, 4, 4], rel=0.15)
    assert errors[-1] < 1e-3


def test_the_last_step_leads_from_the_smallest_noise():
    alpha_bar = SCHEDULES["cosine"]
    times = noise_level_times(alpha_bar, 20)
    last = np.sqrt(1 / alpha_bar[times[-2]] - 1)
    assert last == pytest.approx(0.1, rel=0.02)
    assert np.sqrt(1 / alpha_bar[times[0]] - 1) == pytest.approx(80, rel=0.3)


def test_a_schedule_that_ends_without_signal_is_sampled_from_its_end():
    times = noise_level_times(SCHEDULES["zero terminal"], 20)
    assert times[0] == 1000
    assert len(times) == 21
