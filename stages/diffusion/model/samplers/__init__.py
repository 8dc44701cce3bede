"""Samplers: from noise to images. One more is one file and one line in SAMPLERS.

Each takes `denoise(x, time) -> x0` (x (B, 1, H, W)), the path from image to noise, the noise that it starts from, the
number of steps, and `draw() -> noise of the same shape` for those that need fresh noise. It yields the state after each
step; the last one is the image. Heun goes with the straight path, the others with diffusion paths.
"""

from collections.abc import Callable, Iterator

from torch import Tensor

from stages.diffusion.model.samplers.ancestral import ancestral
from stages.diffusion.model.samplers.ddim import ddim
from stages.diffusion.model.samplers.dpm_solver import dpm_solver, dpm_solver_sde
from stages.diffusion.model.samplers.heun import heun

SAMPLERS: dict[str, Callable[..., Iterator[Tensor]]] = {
    "ancestral": ancestral,
    "ddim": ddim,
    "dpm_solver": dpm_solver,
    "dpm_solver_sde": dpm_solver_sde,
    "heun": heun,
}
