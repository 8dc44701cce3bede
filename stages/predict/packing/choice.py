"""Which of the trained networks is packed."""

import json
from collections import Counter
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
    def score(self) -> tuple[float, float]:
        """On the selection split: macro recall, then macro AUPRC."""
        return self.about["selection"]["macro_recall"], self.about["selection"]["macro_auprc"]


def chosen(folder: Path, network: str) -> Trained:
    """The network of that name among the trained ones in `folder`, or the best on the selection split.

    Scores of different instruments' particles can't be compared: the best is that of the instrument that most networks
    were trained for, the first by name of several.
    """
    found = {path.parent.name: _read(path) for path in sorted(folder.glob(f"*/{WEIGHTS}"))}
    if not found:
        raise InputError(f"{folder}: not there, or without a network; `dvc repro` trains some")
    if network != BEST:
        if network not in found:
            raise InputError(f"predict.network: {network!r} is not one of {', '.join(found)} in {folder}")
        return found[network]
    platforms = Counter(trained.about["platform"] for trained in found.values())
    platform = min(platforms, key=lambda name: (-platforms[name], name))
    own = [trained for trained in found.values() if trained.about["platform"] == platform]
    return max(own, key=lambda trained: trained.score)


def _read(weights: Path) -> Trained:
    """From the header of the weights' file, which is read without the weights."""
    with safe_open(weights, framework="numpy") as file:
        settings = json.loads(file.metadata()["settings"])
    for name in ("selection", "training", "cell"):
        settings[name] = json.loads(settings[name])
    settings["classes"] = settings["classes"].split(",")
    return Trained(weights.parent, settings)
