"""Run an exported network with ONNX Runtime; torch isn't needed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from scipy.special import softmax

from stages.classify.data.images import Images
from stages.common.base.errors import InputError
from stages.common.base.threads import cores, in_order

BATCH = 128
PROVIDERS = ["CUDAExecutionProvider", "CPUExecutionProvider"]  # the first that is there


@dataclass(frozen=True)
class Classifier:
    """An exported network and what its file says about it."""

    session: onnxruntime.InferenceSession
    classes: list[str]
    platform: str
    training: dict[str, dict[str, int]]
    selection: dict[str, float]
    methods: list[str]
    log_prior: list[float]


def read_classifier(path: Path) -> Classifier:
    """Open `path`. Raises InputError when it wasn't written by stages.classify.training."""
    providers = [name for name in PROVIDERS if name in onnxruntime.get_available_providers()]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # batches run beside each other instead
    session = onnxruntime.InferenceSession(str(path), options, providers=providers)
    about = session.get_modelmeta().custom_metadata_map
    if missing := {"classes", "platform", "training", "selection", "methods", "log_prior"} - set(about):
        raise InputError(f"{path}: no {', '.join(sorted(missing))} in the file; train it again")
    return Classifier(
        session=session,
        classes=about["classes"].split(","),
        platform=about["platform"],
        training=json.loads(about["training"]),
        selection=json.loads(about["selection"]),
        methods=list(filter(None, about["methods"].split(","))),
        log_prior=json.loads(about["log_prior"]),
    )


def predicted(classifier: Classifier, images: Images) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Batches of (numbers of the images, probabilities (n, classes), features (n, width)), float32."""

    def answer(start: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        numbers = np.arange(start, min(start + BATCH, len(images)))
        logits, features = classifier.session.run(["logits", "features"], {"images": images.batch(numbers)})
        return numbers, softmax(logits, axis=1), features

    return in_order(answer, range(0, len(images), BATCH), cores())
