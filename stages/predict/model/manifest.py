"""What a model folder says of itself: all but the numbers that it computes with, which lie in its arrays."""

from pydantic import ValidationError

from stages.common.base.errors import InputError
from stages.common.base.parameters import Block, Name
from stages.common.params.normalize import Normalize
from stages.common.params.predict import Predict

VERSION = 1


class Manifest(Block):
    """network: the trained network's name. platform: the instrument that it learnt from. origin: whether its images
    were measured or simulated. images: that it learnt, "real" and "synthetic", of each class. seed: of the pipeline
    that trained it. diameter: the column by which particles are sized; null: none was reported. runs: by what they were
    taken for. digests: of what it was made from. judged: on particles that nothing was fitted to."""

    version: int
    network: Name
    architecture: str
    dataset: str
    platform: str
    origin: str
    classes: list[Name]
    images: dict[str, dict[str, int]]
    seed: int
    normalize: Normalize
    predict: Predict
    diameter: str | None
    runs: dict[str, list[str]]
    digests: dict[str, str]
    judged: dict


def read_manifest(content: bytes, name: str) -> Manifest:
    """Raises InputError, which calls the file `name`, when it is none or of another version."""
    try:
        manifest = Manifest.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise InputError(
            f"{name}: {where}: {first['msg']}; the folder was packed by another version, pack it anew"
        ) from None
    if manifest.version != VERSION:
        raise InputError(f"{name}: version {manifest.version}, and this program reads {VERSION}; pack the network anew")
    return manifest
