"""Samplers with a denoiser that is known in closed form: that of a normal distribution."""

import itertools

import numpy as np
import pytest
import torch

from stages.diffusion.process import cosine_alpha_bar, linear_alpha_bar, shifted_cosine_alpha_bar
from stages.diffusion.samplers import SAMPLERS
from stages.diffusion.samplers.times import even_times, noise_level_times

MEAN, SD = 1.5, 0.6
SCHEDULES = {
    "linear": linear_alpha_bar(1000),
    "cosine": cosine_alpha_bar(1000),
    "shifted": shifted_cosine_alpha_bar(1000),
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
    *_, last = SAMPLERS[name](denoiser(alpha_bar), alpha_bar, noise, steps, draw)
    return last


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize(("name", "steps"), [("ancestral", 1000), ("ddim", 100), ("dpm_solver", 30)])
def test_a_perfect_denoiser_gives_the_distribution(name, steps, schedule):
    noise = torch.randn(1, 1, 100, 100, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    images = final(name, SCHEDULES[schedule], noise, steps)
    assert images.mean().item() == pytest.approx(MEAN, abs=0.025)
    assert images.std().item() == pytest.approx(SD, rel=0.03)


@pytest.mark.parametrize("name", ["ddim", "dpm_solver"])
def test_deterministic_samplers_approach_the_solution_of_the_ode(name):
    """The probability-flow ODE of a normal distribution has the solution x_0 = MEAN + SD (x_T - a MEAN) / s, where
    a and s are the mean's factor and the standard deviation at the start."""
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
    for name, sampler in SAMPLERS.items():
        alpha_bar = linear_alpha_bar(50)
        noise = torch.zeros(1, 1, 2, 2)
        states = list(sampler(denoiser(alpha_bar), alpha_bar, noise, steps, lambda: torch.zeros(1, 1, 2, 2)))
        assert len(states) == steps, name
        assert torch.isfinite(states[-1]).all(), name


@pytest.mark.parametrize("alpha_bar", [linear_alpha_bar(1000), cosine_alpha_bar(1000), linear_alpha_bar(20)])
@pytest.mark.parametrize("steps", [1, 2, 10, 20])
def test_times_fall_to_0_and_none_comes_twice(alpha_bar, steps):
    for times in (noise_level_times(alpha_bar, steps), even_times(len(alpha_bar) - 1, steps)):
        assert len(times) == steps + 1
        assert times[-1] == 0
        assert (np.diff(times) < 0).all()
        assert 1 <= times[0] <= len(alpha_bar) - 1
