"""Speed and memory of training and sampling. Each section returns figures by key."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import islice

import torch
from torch import Tensor, nn

from benchmarks.diffusion_reference import StudyUNet
from benchmarks.diffusion_setup import ROOT, budget, default, noise_images, plan_of, study, timed_in_turns
from stages.common.device import autocast, best_device
from stages.common.params.whole import Params
from stages.diffusion.model.folding import folded
from stages.diffusion.model.process import build
from stages.diffusion.model.sample import Generator, images, trajectory
from stages.diffusion.model.unet import UNet
from stages.diffusion.training.step import start, train_step

BATCH = 8
PRECISIONS = {"": "auto", "_float32": "float32"}  # by what is added to the key
STUDY_STEPS = 1000
SAMPLED_STEPS = 2  # of the study's 1,000, which all cost the same


def train_speedup_same_net(repeats: int) -> dict[str, float]:
    """The study's network in training, same loss, optimizer and precision: ours, a package's and a plain one."""
    figures: dict[str, float] = {}
    for suffix, precision in PRECISIONS.items():
        works = {name: optimizer_step(network, precision) for name, network in study_networks().items()}
        figures |= ratios("train_speedup", timed_in_turns(works, repeats), suffix)
    return figures


def sample_speedup_same_net(repeats: int) -> dict[str, float]:
    """The study's network in ancestral sampling, equal steps and precision: ours, a package's and a plain one."""
    figures: dict[str, float] = {}
    noise = torch.randn(BATCH, 1, 64, 64, device=best_device())
    for suffix, precision in PRECISIONS.items():
        networks = study_networks()
        ours = networks.pop("ours")
        assert isinstance(ours, UNet)
        works = {name: plain_steps(network, noise, precision) for name, network in networks.items()}
        works["ours"] = our_steps(study(), ours, precision)
        figures |= ratios("sample_speedup", timed_in_turns(works, repeats), suffix)
    return figures


def train_speedup_default(repeats: int) -> dict[str, float]:
    """Our default recipe against the study's, both trained by the pipeline's own step, images of one batch size."""
    works = {name: pipeline_step(params) for name, params in {"default": default(), "study": study()}.items()}
    seconds = timed_in_turns(works, repeats)
    return {
        "train_speedup_default": seconds["study"] / seconds["default"],
        "train_images_per_s_default": BATCH / seconds["default"],
        "train_images_per_s_study": BATCH / seconds["study"],
    }


def sample_speedup_default(repeats: int) -> dict[str, float]:
    """The default network and sampler against the study's with 1,000 ancestral steps, of which some are timed."""
    params = default()
    sampler = params.diffusion.sampler
    generator = generator_of(params, new_network(params), "auto")
    seconds = timed_in_turns(
        {
            "default, whole": lambda: images(generator, list(range(sampler.batch)), sampler.name, sampler.steps),
            f"study, {SAMPLED_STEPS} of {STUDY_STEPS} steps": our_steps(study(), new_network(study()), "auto"),
        },
        repeats,
    )
    of_default, of_study = seconds.values()
    default_rate = sampler.batch / of_default
    study_rate = BATCH / (of_study * STUDY_STEPS / SAMPLED_STEPS)
    return {
        "sample_speedup_default": default_rate / study_rate,
        "sample_images_per_s_default": default_rate,
        "sample_images_per_s_study": study_rate,
    }


def memory_mib(repeats: int) -> dict[str, float]:
    """Peak memory of a process that trains at the default, imports and all."""
    code = (
        "from benchmarks.diffusion_speed import train_a_little; from benchmarks.memory import peak_mib; "
        "train_a_little(); print(peak_mib())"
    )
    peaks = [
        float(subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True).stdout)
        for _ in range(repeats)
    ]
    return {"memory_mib": max(peaks)}


def gpu(repeats: int) -> dict[str, float]:
    """The study's size on a GPU: images/s, share of the measured matmul peak, hours for one class's full recipe."""
    if best_device().type != "cuda":
        print("  no GPU here", flush=True)
        return {}
    from torch.utils.flop_counter import FlopCounterMode

    params, batch = study(), 128
    matrix = torch.randn(8192, 8192, device="cuda", dtype=torch.bfloat16)
    step = pipeline_step(params, batch)
    network = new_network(params)
    with FlopCounterMode(display=False) as counter:
        network(torch.zeros(1, 1, 64, 64, device="cuda"), torch.ones(1, device="cuda"))
    seconds = timed_in_turns(
        {"matmul": lambda: matrix @ matrix, "training": step, "sampling": our_steps(params, network, "auto", batch)},
        repeats,
    )
    peak = 2 * 8192**3 / seconds["matmul"]
    train_rate, step_rate = batch / seconds["training"], batch * SAMPLED_STEPS / seconds["sampling"]
    count, epochs = budget(params, params.classes.minority[0])
    return {
        "gpu_train_images_per_s": train_rate,
        "gpu_sample_images_per_s": step_rate / STUDY_STEPS,
        "gpu_train_share_of_matmul_peak": 3 * counter.get_total_flops() * train_rate / peak,
        "gpu_hours_study_recipe": count * epochs / train_rate / 3600,
    }


def study_networks() -> dict[str, nn.Module]:
    """Networks of the same size: ours, one written down plainly, and denoising-diffusion-pytorch's where installed."""
    device = best_device()
    networks: dict[str, nn.Module] = {"ours": new_network(study()), "plain": StudyUNet().to(device)}
    try:
        from denoising_diffusion_pytorch import Unet
    except ImportError:
        print("  denoising-diffusion-pytorch isn't installed (pip install -r requirements-extras.txt): left out")
    else:
        networks["package"] = Unet(64, dim_mults=(1, 2, 4, 8), channels=1).to(device)
    return networks


def ratios(key: str, seconds: dict[str, float], suffix: str) -> dict[str, float]:
    """How many times faster ours is: `_same_net` than the package, `_plain_net` than the plain one."""
    found = {f"{key}_plain_net{suffix}": seconds["plain"] / seconds["ours"]}
    if "package" in seconds:
        found[f"{key}_same_net{suffix}"] = seconds["package"] / seconds["ours"]
    return found


def new_network(params: Params) -> UNet:
    return UNet(params.normalize.edge_px, params.diffusion.network).to(best_device())


def generator_of(params: Params, network: UNet, precision: str) -> Generator:
    grey = plan_of(params.diffusion, noise_images(8)).scales["benchmark"]
    return Generator(folded(network), build(params.diffusion.process), grey, params.normalize.edge_px, precision)


def optimizer_step(network: nn.Module, precision: str) -> Callable[[], object]:
    """One step of Adam on a mean absolute error of noise, as bare as it gets."""
    device = best_device()
    optimizer = torch.optim.Adam(network.train().parameters(), fused=True)
    x, noise = torch.randn(2, BATCH, 1, 64, 64, device=device)
    time = torch.arange(BATCH, device=device)

    def step() -> None:
        with autocast(device, precision):
            answer = network(x, time)
        optimizer.zero_grad(set_to_none=True)
        (answer.float() - noise).abs().mean().backward()
        optimizer.step()

    return step


def pipeline_step(params: Params, batch: int = BATCH) -> Callable[[], object]:
    plan = plan_of(params.diffusion, noise_images(4 * batch), batch=batch)
    run = start(plan, params.diffusion.network, best_device())
    return lambda: train_step(run, plan)


@torch.inference_mode()
def _ancestral(network: nn.Module, x: Tensor, precision: str) -> Iterator[Tensor]:
    """The first steps of Ho et al. 2020, algorithm 2, at 1,000 linear steps."""
    beta = torch.linspace(1e-4, 0.02, STUDY_STEPS, device=x.device)
    alpha_bar = (1 - beta).cumprod(0)
    for step in reversed(range(STUDY_STEPS)):
        with autocast(x.device, precision):
            noise = network(x, torch.full((len(x),), step, device=x.device)).float()
        mean = (x - beta[step] / (1 - alpha_bar[step]).sqrt() * noise) / (1 - beta[step]).sqrt()
        x = mean + beta[step].sqrt() * torch.randn_like(x)
        yield x


def plain_steps(network: nn.Module, noise: Tensor, precision: str) -> Callable[[], object]:
    network.eval()
    return lambda: list(islice(_ancestral(network, noise, precision), SAMPLED_STEPS))


def our_steps(params: Params, network: UNet, precision: str, batch: int = BATCH) -> Callable[[], object]:
    generator = generator_of(params, network, precision)
    return lambda: list(islice(trajectory(generator, list(range(batch)), "ancestral", STUDY_STEPS), SAMPLED_STEPS + 1))


def train_a_little() -> None:
    """Some steps at the default, and pictures as training draws them."""
    params = default()
    step = pipeline_step(params, params.diffusion.training.batch)
    for _ in range(10):
        step()
    sampler = params.diffusion.sampler
    images(generator_of(params, new_network(params), "auto"), list(range(16)), sampler.name, sampler.steps)
