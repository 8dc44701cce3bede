"""The samplers beside those of diffusers, state by state, with a network that is no denoiser of anything."""

import numpy as np
import pytest
import torch

from stages.diffusion.model.process import Process
from stages.diffusion.model.process.paths import DiffusionPath, StraightPath
from stages.diffusion.model.process.schedules import linear_alpha_bar, with_zero_terminal_snr
from stages.diffusion.model.samplers import SAMPLERS
from stages.diffusion.model.samplers.times import noise_level_times

diffusers = pytest.importorskip("diffusers", reason="diffusers isn't installed: pip install -r requirements-extras.txt")

T = 1000
STEPS = 10
LINEAR = {"num_train_timesteps": T, "beta_start": 1e-4, "beta_end": 0.02, "beta_schedule": "linear"}


def network(x, time):
    return torch.tanh(x + 0.3) * (0.5 + time / (2 * T)) - 0.1 * x.roll(1, -1)


def ours(name, process, noise, steps, draw=None):
    def denoise(x, time):
        return process.x0_of(network(x, time), x, torch.full((len(x),), time))

    return list(SAMPLERS[name](denoise, process.path, noise, steps, draw))


def theirs(scheduler, noise, time_of, **named):
    x, states = noise, []
    for timestep in scheduler.timesteps:
        x = scheduler.step(network(x, time_of(timestep)), timestep, x, **named).prev_sample
        states.append(x)
    return states


def noise():
    return torch.randn(2, 1, 8, 8, generator=torch.Generator().manual_seed(0))


def one_later(timestep):
    """Their times run from 0 to T - 1."""
    return int(timestep) + 1


def assert_same(a, b, tolerance=2e-5):
    assert len(a) == len(b)
    for here, there in zip(a, b, strict=True):
        assert torch.allclose(here, there, atol=tolerance * there.abs().max().item())


@pytest.mark.parametrize(("objective", "prediction"), [("epsilon", "epsilon"), ("v", "v_prediction")])
class TestDiffusion:
    def process(self, objective):
        return Process(DiffusionPath(linear_alpha_bar(T)), objective)

    def test_ddim(self, objective, prediction):
        scheduler = diffusers.DDIMScheduler(
            **LINEAR, prediction_type=prediction, clip_sample=False, timestep_spacing="trailing"
        )
        scheduler.set_timesteps(STEPS)
        assert_same(ours("ddim", self.process(objective), noise(), STEPS), theirs(scheduler, noise(), one_later))

    def test_ancestral(self, objective, prediction):
        scheduler = diffusers.DDPMScheduler(
            **LINEAR, prediction_type=prediction, clip_sample=False, timestep_spacing="trailing"
        )
        scheduler.set_timesteps(STEPS)
        random = torch.Generator().manual_seed(1)
        found = ours(
            "ancestral", self.process(objective), noise(), STEPS, lambda: torch.randn(2, 1, 8, 8, generator=random)
        )
        expected = theirs(scheduler, noise(), one_later, generator=torch.Generator().manual_seed(1))
        assert_same(found, expected)

    def test_dpm_solver(self, objective, prediction):
        process = self.process(objective)
        times = noise_level_times(process.path.alpha_bar, STEPS)
        scheduler = diffusers.DPMSolverMultistepScheduler(
            **LINEAR, prediction_type=prediction, algorithm_type="dpmsolver++", solver_order=2, solver_type="midpoint"
        )
        scheduler.set_timesteps(timesteps=(times[:-1] - 1).tolist())
        assert_same(ours("dpm_solver", process, noise(), STEPS), theirs(scheduler, noise(), one_later), 1e-4)

    def test_dpm_solver_sde(self, objective, prediction):
        process = self.process(objective)
        times = noise_level_times(process.path.alpha_bar, STEPS)
        scheduler = diffusers.DPMSolverMultistepScheduler(
            **LINEAR, prediction_type=prediction, algorithm_type="sde-dpmsolver++", solver_order=2,
            solver_type="midpoint"
        )  # fmt: skip
        scheduler.set_timesteps(timesteps=(times[:-1] - 1).tolist())
        random = torch.Generator().manual_seed(1)
        found = ours("dpm_solver_sde", process, noise(), STEPS, lambda: torch.randn(2, 1, 8, 8, generator=random))
        expected = theirs(scheduler, noise(), one_later, generator=torch.Generator().manual_seed(1))
        assert_same(found, expected, 1e-4)


def test_zero_terminal_snr():
    scheduler = diffusers.DDIMScheduler(**LINEAR, rescale_betas_zero_snr=True)
    expected = scheduler.alphas_cumprod.double().numpy()
    assert np.allclose(with_zero_terminal_snr(linear_alpha_bar(T))[1:], expected, atol=1e-6)


def test_heun():
    """Theirs with our even times, each inner one visited twice."""
    scheduler = diffusers.FlowMatchHeunDiscreteScheduler(num_train_timesteps=T)
    scheduler.set_timesteps(STEPS)
    times = torch.linspace(1, 0, STEPS + 1)
    visited = torch.cat([times[:1], times[1:-1].repeat_interleave(2)])
    scheduler.sigmas, scheduler.timesteps = torch.cat([visited, times[-1:]]), visited * T
    process = Process(StraightPath(T), "flow")
    states = theirs(scheduler, noise(), float)
    after_correction = [states[i] for i in (*range(1, len(states) - 1, 2), -1)]
    assert_same(ours("heun", process, noise(), STEPS), after_correction)
