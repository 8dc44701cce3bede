"""A model folder: a network with all that an answer needs, and nothing that is unpickled."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors.numpy import load, save

from stages.common.base.errors import InputError
from stages.common.base.files import replacing_folder
from stages.predict.counts.by_size import matrices_from
from stages.predict.counts.matrix import Matrix
from stages.predict.doubt.calibration import Calibration
from stages.predict.model.manifest import Manifest, read_manifest
from stages.predict.model.network import Network
from stages.predict.model.sealed import SUMS, contents_of, digest_of, seal, sealed_in
from stages.predict.unknown.arrays import from_arrays, to_arrays
from stages.predict.unknown.known import Known

NETWORK, ARRAYS, MANIFEST, CARD = "model.onnx", "arrays.safetensors", "manifest.json", "card.md"
KNOWN = "known_"  # begins the names of the arrays of what is known


@dataclass(frozen=True)
class Fitted:
    """What was fitted on particles that the network didn't learn from.

    calibration: of its logits. set_thresholds, answer_thresholds (C,): of prediction sets, and of answers without
    review. probabilities (N, C), truth (N,), run (N,) and diameter (N,) in um, NaN where it isn't told: of these
    particles, how the calibrated network errs.
    """

    calibration: Calibration
    set_thresholds: np.ndarray
    answer_thresholds: np.ndarray
    probabilities: np.ndarray
    truth: np.ndarray
    run: np.ndarray
    diameter: np.ndarray


@dataclass(frozen=True)
class Model:
    """A model folder, read. matrices: of misclassification, for each of thresholds_um. known: the particles that it
    knows. digest: of all files."""

    manifest: Manifest
    network: Network
    fitted: Fitted
    matrices: list[Matrix]
    known: Known
    digest: str

    @property
    def thresholds_um(self) -> list[float]:
        """From which on particles are counted; 0: all sizes."""
        return thresholds_of(self.manifest)


def read_model(folder: str | Path) -> Model:
    """Of `folder`, or of the only model folder in it. Raises InputError when a byte of the folder has changed since it
    was written, when it is no model folder, or when it holds several."""
    folder = only_model(Path(folder))
    contents = contents_of(folder, (MANIFEST, NETWORK, ARRAYS))
    manifest = read_manifest(contents[MANIFEST], str(folder / MANIFEST))
    network = Network(contents[NETWORK], str(folder / NETWORK))
    arrays = load(contents[ARRAYS])
    fitted = _fitted(arrays)
    sizes = np.nan_to_num(fitted.diameter, nan=0.0)
    matrices = matrices_from(thresholds_of(manifest), sizes, fitted.probabilities, fitted.truth, fitted.run)
    known = from_arrays({name.removeprefix(KNOWN): own for name, own in arrays.items() if name.startswith(KNOWN)})
    return Model(manifest, network, fitted, matrices, known, digest_of(folder))


def only_model(folder: Path) -> Path:
    """`folder`, or the only model folder in it. Raises InputError when it holds several."""
    inner = [] if (folder / SUMS).exists() else sealed_in(folder)
    if len(inner) > 1:
        raise InputError(f"{folder}: holds a model for each platform; name one: {', '.join(map(str, inner))}")
    return inner[0] if inner else folder


def thresholds_of(manifest: Manifest) -> list[float]:
    return [0.0, *manifest.predict.thresholds_um]


def write_model(
    folder: str | Path, manifest: Manifest, network: bytes, fitted: Fitted, known: Known, card: str
) -> None:
    """Write the folder whole or not at all."""
    with replacing_folder(folder) as temporary:
        (temporary / NETWORK).write_bytes(network)
        arrays = _arrays(fitted) | {f"{KNOWN}{name}": own for name, own in to_arrays(known).items()}
        (temporary / ARRAYS).write_bytes(save({name: np.ascontiguousarray(own) for name, own in arrays.items()}))
        (temporary / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
        (temporary / CARD).write_text(card, encoding="utf-8")
        seal(temporary)


def _arrays(fitted: Fitted) -> dict[str, np.ndarray]:
    return {
        "temperature": np.array([fitted.calibration.temperature]),
        "biases": fitted.calibration.biases,
        "set_thresholds": fitted.set_thresholds,
        "answer_thresholds": fitted.answer_thresholds,
        "probabilities": fitted.probabilities,
        "truth": fitted.truth,
        "run": fitted.run,
        "diameter": fitted.diameter,
    }


def _fitted(arrays: dict[str, np.ndarray]) -> Fitted:
    calibration = Calibration(float(arrays["temperature"][0]), arrays["biases"])
    names = ("set_thresholds", "answer_thresholds", "probabilities", "truth", "run", "diameter")
    return Fitted(calibration, *(arrays[name] for name in names))
