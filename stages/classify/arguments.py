"""The two arguments of train and evaluate."""

import sys

from stages.common.errors import InputError
from stages.common.params import Params


def dataset_and_architecture(params: Params) -> tuple[str, str]:
    """From the command line; both must be in params.yaml."""
    if len(sys.argv) != 3:
        raise InputError(f"expected a training set and an architecture, got {len(sys.argv) - 1} arguments")
    dataset, architecture = sys.argv[1:]
    _known(dataset, list(params.datasets), "assemble")
    _known(architecture, params.classify.architectures, "classify.architectures")
    return dataset, architecture


def _known(name: str, known: list[str], block: str) -> None:
    if name not in known:
        raise InputError(f"{name!r} is not in `{block}` of params.yaml, which has {', '.join(known)}")
