"""A trained generator as one safetensors file: weights, and in the metadata all that it takes to use them."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from stages.common.base.errors import InputError
from stages.common.base.files import replacing
from stages.common.params import diffusion as params
from stages.diffusion.model.folding import folded
from stages.diffusion.model.grey import GreyScale
from stages.diffusion.model.process import build
from stages.diffusion.model.sample import Generator
from stages.diffusion.model.unet import UNet

FORMAT = "ddpm-3"


@dataclass(frozen=True)
class ClassCard:
    """Of one class."""

    training_images: int
    grey: GreyScale


@dataclass(frozen=True)
class Card:
    """What travels with the weights."""

    name: str  # of the generator
    classes: dict[str, ClassCard]  # their order numbers the classes
    origin: str  # of the training images: measured, simulated or partly simulated
    sample_epochs: list[int]  # epochs of the pictures in samples.npy
    edge: int  # px
    precision: str
    network: params.Network
    process: params.Process
    start: str = "scratch"  # what the training started from, in words


def model_folder(label: str) -> Path:
    """Where the generator that draws class `label` lies."""
    return Path("models/ddpm") / label


def save(path: str | Path, weights: dict[str, torch.Tensor], card: Card) -> None:
    content = asdict(card) | {"network": card.network.model_dump(), "process": card.process.model_dump()}
    # One key alone: safetensors writes several in an order that changes from run to run.
    metadata = {FORMAT: json.dumps(content)}
    with replacing(path) as temporary:
        save_file({name: tensor.contiguous() for name, tensor in weights.items()}, temporary, metadata)


def read_card(path: str | Path) -> Card:
    """What the file says of itself. Raises InputError when it isn't a generator."""
    if not Path(path).is_file():
        raise InputError(f"{path}: not there; `dvc repro` trains the generator first")
    try:
        with safe_open(path, framework="pt") as file:
            content = (file.metadata() or {}).get(FORMAT)
    except (OSError, SafetensorError) as error:
        raise InputError(f"{path}: not readable as a generator ({error}); train it again") from None
    if content is None:
        raise InputError(f"{path}: not a generator of this pipeline: its metadata has no {FORMAT!r}; train it again")
    fields = json.loads(content)
    fields["classes"] = {
        label: ClassCard(entry["training_images"], GreyScale(**entry["grey"]))
        for label, entry in fields["classes"].items()
    }
    fields["network"] = params.Network.model_validate(fields["network"])
    fields["process"] = params.Process.model_validate(fields["process"])
    return Card(**fields)


def read(path: str | Path, label: str, guidance: float, device: torch.device) -> tuple[Generator, Card]:
    """The generator, ready to sample images of class `label` on `device`, and its card."""
    card = read_card(path)
    if label not in card.classes:
        raise InputError(f"{path}: draws {', '.join(card.classes)}, not {label}; train it again")
    network = UNet(card.edge, card.network, len(card.classes))
    with safe_open(path, framework="pt", device=str(device)) as file:
        network.load_state_dict({name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118
    drawing = Generator(
        network=folded(network.to(device)),
        process=build(card.process),
        grey=card.classes[label].grey,
        edge=card.edge,
        precision=card.precision,
        label=list(card.classes).index(label),
        guidance=guidance,
    )
    return drawing, card
