"""A trained generator as one safetensors file: weights, and in the metadata all that it takes to use them."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from stages.common.errors import InputError
from stages.common.files import replacing
from stages.common.params import diffusion as params
from stages.diffusion.folding import folded
from stages.diffusion.grey import GreyScale
from stages.diffusion.process import build
from stages.diffusion.sample import Generator
from stages.diffusion.unet import UNet

FORMAT = "ddpm-1"


@dataclass(frozen=True)
class Card:
    """What travels with the weights."""

    label: str
    origin: str  # measured, simulated or partly simulated
    training_images: int
    sample_epochs: list[int]  # epochs of the pictures in samples.npy
    edge: int  # px
    precision: str
    grey: GreyScale
    network: params.Network
    process: params.Process


def save(path: str | Path, weights: dict[str, torch.Tensor], card: Card) -> None:
    content = asdict(card) | {"network": card.network.model_dump(), "process": card.process.model_dump()}
    # One key alone: safetensors writes several in an order that changes from run to run.
    metadata = {FORMAT: json.dumps(content)}
    with replacing(path) as temporary:
        save_file({name: tensor.contiguous() for name, tensor in weights.items()}, temporary, metadata)


def read_card(path: str | Path) -> Card:
    """What the file says of itself. Raises InputError when it isn't a generator."""
    try:
        with safe_open(path, framework="pt") as file:
            content = (file.metadata() or {}).get(FORMAT)
    except (OSError, SafetensorError) as error:
        raise InputError(f"{path}: not readable as a generator ({error}); train the class first") from None
    if content is None:
        raise InputError(f"{path}: not a generator of this pipeline: its metadata has no {FORMAT!r}")
    fields = json.loads(content)
    fields["grey"] = GreyScale(**fields["grey"])
    fields["network"] = params.Network.model_validate(fields["network"])
    fields["process"] = params.Process.model_validate(fields["process"])
    return Card(**fields)


def read(path: str | Path, device: torch.device) -> tuple[Generator, Card]:
    """The generator, ready to sample on `device`, and its card."""
    card = read_card(path)
    network = UNet(card.edge, card.network)
    with safe_open(path, framework="pt", device=str(device)) as file:
        network.load_state_dict({name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118
    return Generator(folded(network.to(device)), build(card.process), card.grey, card.edge, card.precision), card
