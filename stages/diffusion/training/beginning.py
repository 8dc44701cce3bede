"""The weights that a training starts from: drawn, or another generator's that has learnt particles before."""

from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from stages.common.base.errors import InputError
from stages.common.params.diffusion import Diffusion
from stages.diffusion.model import weights

PRETRAINED = Path("pretrained/particles.safetensors")
SCRATCH = "scratch"
UNTOLD = "label.weight"  # of a network of several classes: its last row answers for a class that isn't told
LAST_OF_TIME = "time.network.2.bias"  # what a class's embedding is added to
# What decides of the process what a network's answer means; the times that it was trained at don't.
PROCESS = ("objective", "schedule", "zero_terminal_snr", "steps", "standardize", "asinh_softening")


def path_of(start: str) -> Path | None:
    """The file that `diffusion.start` names; None for a start from scratch."""
    if start == SCRATCH:
        return None
    return PRETRAINED if start == "pretrained" else Path(start)


def in_words(start: str) -> str:
    """What `diffusion.start` names: where training starts, and what was learnt before."""
    path = path_of(start)
    if path is None:
        return SCRATCH
    card = weights.read_card(path)
    learnt = sum(entry.training_images for entry in card.classes.values())
    return f"weights pretrained on {learnt} {card.origin} particles"


def first_weights(settings: Diffusion, edge: int, classes: int) -> dict[str, Tensor] | None:
    """What `diffusion.start` names, for a network of `classes` on images of `edge` px; None for a start from scratch.

    A network of several classes starts with every class at the answer of one that isn't told. Raises InputError when
    the file isn't a generator of the network and process of `settings`.
    """
    path = path_of(settings.start)
    if path is None:
        return None
    card = weights.read_card(path)
    if differences := list(_differences(card, settings, edge)):
        raise InputError(
            f"{path}: diffusion.start doesn't fit: {'; '.join(differences)}. Take these settings, or diffusion.start: "
            "scratch"
        )
    tensors = {name: tensor.float() for name, tensor in load_file(path).items()}
    if UNTOLD in tensors:
        tensors[LAST_OF_TIME] = tensors[LAST_OF_TIME] + tensors.pop(UNTOLD)[-1]
    if classes > 1:
        tensors[UNTOLD] = torch.zeros(classes + 1, len(tensors[LAST_OF_TIME]))
    return tensors


def _differences(card: weights.Card, settings: Diffusion, edge: int) -> Iterator[str]:
    """A phrase for each setting in which the weights and `settings` differ."""
    if card.edge != edge:
        yield f"images of {edge} px, its own had {card.edge} px (normalize.edge_px)"
    blocks = {"network": set(type(card.network).model_fields) - {"dropout"}, "process": PROCESS}
    for block, names in blocks.items():
        for name in sorted(names):
            asked, own = getattr(getattr(settings, block), name), getattr(getattr(card, block), name)
            if asked != own:
                yield f"diffusion.{block}.{name} is {asked}, its own {own}"
