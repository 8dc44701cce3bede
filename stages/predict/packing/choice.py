"""Which of the trained networks are packed: one for each platform."""

import json
from dataclasses import dataclass
from pathlib import Path

from safetensors import safe_open

from stages.common.base.errors import InputError
from stages.common.params.predict import BEST

NETWORK, WEIGHTS = "model.onnx", "model.safetensors"


@dataclass(frozen=True)
class Trained:
    """A trained network's folder and what its file says of it."""

    folder: Path
    about: dict

    @property
    def platform(self) -> str:
        return self.about["platform"]

    @property
    def score(self) -> tuple[float, float]:
        """On the selection split: macro recall, then macro AUPRC."""
        return self.about["selection"]["macro_recall"], self.about["selection"]["macro_auprc"]


def chosen(folder: Path, network: str | dict[str, str]) -> dict[str, Trained]:
    """By the platform whose particles they learnt: of the trained networks in `folder` the one of that name, those
    that `network` names for each platform, or the best of each on the selection split, where scores of different
    instruments' particles can't be compared.
    """
    found = {path.parent.name: _read(path) for path in sorted(folder.glob(f"*/{WEIGHTS}"))}
    if not found:
        raise InputError(f"{folder}: not there, or without a network; `dvc repro` trains some")
    if isinstance(network, dict):
        return {platform: _own(found, platform, name, folder) for platform, name in sorted(network.items())}
    if network != BEST:
        named = _named(found, network, folder)
        return {named.platform: named}
    return {platform: _best(found, platform) for platform in sorted({own.platform for own in found.values()})}


def _own(found: dict[str, Trained], platform: str, network: str, folder: Path) -> Trained:
    """The network that is named for `platform`, whose particles it must have learnt."""
    if platform not in {own.platform for own in found.values()}:
        raise InputError(f"predict.network: no network in {folder} learnt particles of {platform!r}")
    if network == BEST:
        return _best(found, platform)
    named = _named(found, network, folder)
    if named.platform != platform:
        raise InputError(f"predict.network.{platform}: {network} learnt particles of {named.platform}; name another")
    return named


def _named(found: dict[str, Trained], network: str, folder: Path) -> Trained:
    if network not in found:
        raise InputError(f"predict.network: {network!r} is not one of {', '.join(found)} in {folder}")
    return found[network]


def _best(found: dict[str, Trained], platform: str) -> Trained:
    """On the selection split; the first by name of several."""
    return max((own for own in found.values() if own.platform == platform), key=lambda own: own.score)


def _read(weights: Path) -> Trained:
    """From the header of the weights' file, which is read without the weights."""
    with safe_open(weights, framework="numpy") as file:
        settings = json.loads(file.metadata()["settings"])
    for name in ("selection", "training", "cell"):
        settings[name] = json.loads(settings[name])
    settings["classes"] = settings["classes"].split(",")
    return Trained(weights.parent, settings)
