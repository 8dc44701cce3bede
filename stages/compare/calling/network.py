"""A trained network that calls particles, run by ONNX Runtime: the same bytes whatever the number of threads."""

from pathlib import Path

import numpy as np
import onnxruntime

from stages.common.base.errors import InputError
from stages.common.base.threads import cores, in_order

BATCH = 128  # images of a call, each of which computes in one thread


class Network:
    """The network of an ONNX file as stages.classify.training writes it, and the `classes` that it tells apart."""

    def __init__(self, path: Path) -> None:
        """Raises InputError when there is no such file, or when it doesn't tell its classes."""
        if not path.is_file():
            raise InputError(f"{path}: not there; `dvc repro` trains the networks that compare.networks names first")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # batches run beside each other instead
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        about = self._session.get_modelmeta().custom_metadata_map
        if "classes" not in about:
            raise InputError(f"{path}: no classes in the file; train it again")
        self.classes = about["classes"].split(",")

    def called(self, images: np.ndarray) -> np.ndarray:
        """uint8 (N, edge, edge) -> number of the most probable class, (N,) int."""

        def batch(start: int) -> np.ndarray:
            (logits,) = self._session.run(["logits"], {"images": np.ascontiguousarray(images[start : start + BATCH])})
            return logits.argmax(axis=1)

        parts = list(in_order(batch, range(0, len(images), BATCH), cores()))
        return np.concatenate(parts) if parts else np.zeros(0, int)
