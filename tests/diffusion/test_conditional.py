"""One network for several classes: it is told the class, tells classes apart, and follows guidance as published."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest
import torch

from stages.common.base.seeds import seed_of
from stages.common.params import diffusion as params
from stages.common.params.diffusion import Network
from stages.common.params.whole import read_all
from stages.diffusion.model.grey import GreyScale, encode_each
from stages.diffusion.model.process import Process
from stages.diffusion.model.process.paths import DiffusionPath
from stages.diffusion.model.process.schedules import cosine_alpha_bar, linear_alpha_bar
from stages.diffusion.model.sample import Generator, images
from stages.diffusion.model.samplers import SAMPLERS
from stages.diffusion.model.unet import UNet, parameter_count
from stages.diffusion.model.weights import read
from stages.diffusion.training.__main__ import preview, write
from stages.diffusion.training.early_stop import TIMES_AN_IMAGE, held_out_loss
from stages.diffusion.training.step import batch_of, start, together, told_labels, train_step, turned
from tests.diffusion.conftest import ROOT
from tests.diffusion.test_early_stop import CPU, TINY
from tests.diffusion.test_training import plan_with

GREY = GreyScale(mean=170.0, sd=20.0, low=90, high=230)
# Of the names of TINY\'s weights before a network could have several classes.
KEYS = "41223586db8f9de6f6b4123e5c48554bcccc7aa3e659b3b9cead37f456f0da7f"


def names_of(network):
    return list(network.state_dict())


def test_a_network_of_one_class_is_the_plain_network():
    assert hashlib.sha256("\n".join(names_of(UNet(16, TINY))).encode()).hexdigest() == KEYS
    torch.manual_seed(0)
    plain, several = UNet(16, TINY), UNet(16, TINY, classes=3)
    assert set(names_of(several)) - set(names_of(plain)) == {"label.weight"}
    assert several.label.weight.shape == (4, 4 * TINY.base)  # three classes, and one for "not told"
    assert parameter_count(several) - parameter_count(plain) == 4 * 4 * TINY.base


@pytest.fixture
def one_thread():
    """Torch as a training has it: Adam turns another rounding of a gradient near 0 into a whole step."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_a_generator_of_one_class_trains_as_a_plain_network_does(one_thread):
    """The training step written out without classes, draw by draw."""
    plan = plan_with(precision="float32", loss="mse", lr_schedule="constant", lr=1e-3, shards=1)
    network = TINY.model_copy(update={"dropout": 0.0})
    run = start(plan, network, CPU)
    torch.manual_seed(seed_of(3, "ddpm", "air_bubble", "weights"))
    plain = UNet(16, network)
    optimizer = torch.optim.AdamW(plain.parameters(), lr=1e-3, weight_decay=0.0, fused=True)
    alpha_bar = torch.from_numpy(linear_alpha_bar(100))[:, None, None, None]
    for step in range(4):
        train_step(run, plan)
        grey = torch.from_numpy(plan.images[batch_of(step, plan)])
        torch.manual_seed(seed_of(3, "ddpm", "air_bubble", "step", step))
        grey = turned(grey, torch.randint(8, (len(grey),)))
        x0 = (grey[:, None].float() - plan.images.mean()) / plan.images.std()
        time = 1 + (100 * torch.rand(len(grey), dtype=torch.float64)).long()
        epsilon = torch.randn(x0.shape)
        signal, noise = alpha_bar[time].sqrt().float(), (1 - alpha_bar[time]).sqrt().float()
        optimizer.zero_grad()
        (plain(signal * x0 + noise * epsilon, time) - (signal * epsilon - noise * x0)).square().mean().backward()
        optimizer.step()
    for name, weight in plain.state_dict().items():
        assert torch.allclose(run.network.state_dict()[name], weight, atol=1e-6), name


def test_the_answer_depends_on_the_class_and_each_image_has_its_own():
    torch.manual_seed(0)
    network = UNet(16, TINY, classes=2).eval()
    x, time = torch.randn(1, 1, 16, 16).repeat(3, 1, 1, 1), torch.tensor([50, 50, 50])
    with torch.inference_mode():
        together = network(x, time, torch.tensor([0, 1, 2]))
        alone = [network(x[:1], time[:1], torch.tensor([label])) for label in range(3)]
    for label in range(3):
        assert torch.allclose(together[label], alone[label][0], atol=1e-5)
        assert not torch.allclose(alone[label], alone[(label + 1) % 3], atol=1e-2)


def two_classes(**training):
    """Dark and bright discs on one grey scale: nothing but the label tells the network which to draw."""
    random = np.random.default_rng(0)
    y, x = np.mgrid[:16, :16] - 7.5
    disc = np.hypot(x, y) < random.uniform(3, 6, (32, 1, 1))
    noise = random.normal(0, 3, (32, 16, 16))
    shown = {name: (128 + sign * 80 * disc + noise).astype(np.uint8) for name, sign in (("dark", -1), ("bright", 1))}
    both, labels = together(shown)
    scale = GreyScale.of(both, True)
    settings = {"batch": 16, "lr": 3e-3, "precision": "float32"} | training
    process = Process(DiffusionPath(cosine_alpha_bar(100)), "v")
    return replace(
        plan_with(**settings),
        name="discs",
        scales={"dark": scale, "bright": scale},
        images=both,
        labels=labels,
        process=process,
        epochs=80,
        sample_epochs=[80],
    )


def test_of_the_told_share_the_rest_is_hidden_at_random():
    plan = two_classes(unlabelled=0.25)
    labels = torch.tensor([0, 1] * 5000)
    torch.manual_seed(0)
    told = told_labels(labels, plan)
    hidden = told == 2
    assert hidden.float().mean().item() == pytest.approx(0.25, abs=0.02)
    assert hidden[labels == 0].float().mean().item() == pytest.approx(0.25, abs=0.03)
    assert torch.equal(told[~hidden], labels[~hidden])
    assert torch.equal(told_labels(labels, two_classes(unlabelled=0.0)), labels)


def test_of_one_class_nothing_is_hidden_and_nothing_drawn():
    before = torch.get_rng_state()
    labels = torch.zeros(50, dtype=torch.long)
    assert torch.equal(told_labels(labels, plan_with(unlabelled=0.9)), labels)
    assert torch.equal(torch.get_rng_state(), before)


def test_the_held_out_loss_tells_each_image_its_class():
    plan = two_classes()
    plan = replace(plan, held_out=plan.images[28:36], held_out_labels=plan.labels[28:36])
    run = start(plan, TINY, CPU)
    run.average = Multiplies(0.0, 0.0, 0.0)
    held_out_loss(run, plan)
    told = [label for labels, _ in run.average.asked for label in labels]
    assert told == [0, 0, 0, 0, 1, 1, 1, 1] * TIMES_AN_IMAGE


def test_each_image_has_the_scale_of_its_class():
    grey = torch.tensor([100, 200, 110], dtype=torch.uint8)[:, None, None].expand(3, 2, 2)
    scales = [GreyScale(100.0, 10.0, 0, 255), GreyScale(150.0, 25.0, 0, 255)]
    encoded = encode_each(grey, torch.tensor([0, 1, 1]), scales)
    assert encoded.shape == (3, 1, 2, 2)
    assert encoded[:, 0, 0, 0].tolist() == pytest.approx([0.0, 2.0, -1.6])


class Multiplies(torch.nn.Module):
    """Answers x by a factor of each class; the last is of no class. Keeps what it was asked."""

    def __init__(self, *factors):
        super().__init__()
        self.factors = torch.tensor(factors)
        self.classes = len(factors) - 1
        self.asked = []

    def forward(self, x, time, label):
        self.asked.append((label.tolist(), time.tolist()))
        return x * self.factors[label][:, None, None, None]


def of(network, label, guidance):
    return Generator(network, Process(DiffusionPath(cosine_alpha_bar(100)), "v"), GREY, 4, "float32", label, guidance)


@pytest.mark.parametrize(("guidance", "expected"), [(1.0, 3.0), (1.5, 4.5), (2.0, 6.0)])
def test_guidance_is_the_published_mixture(guidance, expected):
    """Eq. 6 with w = guidance - 1: (1 + w) of the class's answer less w of the classless one, (1 + w) 3 - w 0."""
    network = Multiplies(5.0, 3.0, 0.0)
    x = torch.randn(2, 1, 4, 4)
    found = of(network, 1, guidance).answer(x, torch.tensor([7, 7]))
    assert torch.allclose(found, expected * x)


def test_both_answers_come_from_one_call_of_twice_the_size_and_no_guidance_asks_once():
    network = Multiplies(5.0, 3.0, 1.0)
    x, times = torch.randn(2, 1, 4, 4), torch.tensor([7, 7])
    of(network, 1, 2.0).answer(x, times)
    assert network.asked == [([1, 1, 2, 2], [7, 7, 7, 7])]
    network.asked.clear()
    of(network, 0, 1.0).answer(x, times)
    assert network.asked == [([0, 0], [7, 7])]


def test_the_image_is_held_within_the_grey_levels_after_the_guidance():
    """In the last case the classless answer lies beyond the darkest grey: held there first, it would lead elsewhere."""
    x = torch.full((1, 1, 4, 4), 1.0)
    signal, noise = (value.item() for value in np.sqrt([cosine_alpha_bar(100)[50], 1 - cosine_alpha_bar(100)[50]]))
    darkest, brightest = (90 - 170) / 20, (230 - 170) / 20
    for factors, guidance in (((1.0, 0.0), 1.0), ((-2.0, -1.0), 2.0), ((3.8, 15.0), 2.0)):
        network = Multiplies(factors[0], 0.0, factors[1])
        answer = factors[1] + guidance * (factors[0] - factors[1])
        expected = np.clip(signal - noise * answer, darkest, brightest)  # x_0 of v (Salimans & Ho 2022, appendix D)
        assert torch.allclose(of(network, 0, guidance).denoise(x, 50), torch.tensor(expected).float(), atol=1e-5)


def test_guidance_of_1_is_no_guidance():
    torch.manual_seed(0)
    network = UNet(16, TINY, classes=2).eval()
    process = Process(DiffusionPath(cosine_alpha_bar(100)), "v")
    generator = Generator(network, process, GREY, 16, "float32", label=1)
    start_noise = torch.from_numpy(np.random.default_rng(4).standard_normal((1, 1, 16, 16), dtype=np.float32))

    def denoise(x, time):
        times = torch.full((1,), time)
        return GREY.clamp(process.x0_of(network(x, times, torch.tensor([1])), x, times))

    with torch.inference_mode():
        *_, last = SAMPLERS["ddim"](denoise, process.path, start_noise, 5, None)
    assert np.array_equal(images(generator, [4], "ddim", 5), GREY.decode(last))
    assert not np.array_equal(images(replace(generator, guidance=1.5), [4], "ddim", 5), GREY.decode(last))


def test_a_network_of_one_class_takes_no_guidance():
    torch.manual_seed(0)
    generator = of(UNet(16, TINY).eval(), 0, 1.0)
    generator = replace(generator, edge=16)
    guided = replace(generator, guidance=4.0)
    assert np.array_equal(images(generator, [1, 2], "ddim", 4), images(guided, [1, 2], "ddim", 4))


def share_of_polarity(shown, sign):
    """Share of images (N, 16, 16) whose centre is clearly darker (-1) or brighter (1) than their border."""
    centre, border = shown[:, 7:9, 7:9].mean(axis=(1, 2)), shown[:, [0, -1], :].mean(axis=(1, 2))
    return np.mean(sign * (centre - border) > 40)


def test_one_network_learns_two_classes_apart(tmp_path, monkeypatch):
    """320 steps on dark and bright discs. Nearly every image, drawn while training or from the file, guided or not, has
    the polarity of the class that was asked for."""
    plan = two_classes()
    network = Network(base=16, multipliers=[1, 2], patch=2, linear_attention=[], attention=[], blocks=1, dropout=0.0)
    run = start(plan, network, CPU)
    while run.step < plan.steps:
        train_step(run, plan)
    run.samples = {80: preview(run, plan)}
    settings = {"objective": "v", "schedule": "cosine", "zero_terminal_snr": False, "times": "uniform"}
    process = params.Process(**settings, steps=100, standardize=True)
    monkeypatch.chdir(tmp_path)
    diffusion = read_all(ROOT / "params.yaml").diffusion
    write(
        run,
        plan,
        "discs",
        diffusion.model_copy(update={"start": "scratch", "network": network, "process": process}),
        "simulated",
    )
    model = tmp_path / "models/ddpm/discs"
    for label, sign in (("dark", -1), ("bright", 1)):
        assert share_of_polarity(np.load(model / label / "samples.npy")[0].astype(float), sign) > 0.9
        for guidance in (1.0, 2.0):
            generator, _ = read(model / "weights.safetensors", label, guidance, CPU)
            made = images(generator, list(range(32)), "dpm_solver", 10)
            assert share_of_polarity(made.astype(float), sign) > 0.9, (label, guidance)
            assert generator.guidance == guidance
