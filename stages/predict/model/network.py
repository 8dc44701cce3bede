"""A trained network, run by ONNX Runtime on the processor in float32: the same bytes whatever the batch, the order of
the images and the number of threads."""

from collections.abc import Sequence

import numpy as np
import onnxruntime

from stages.common.base.errors import InputError
from stages.common.base.threads import cores, in_order

BATCH = 128  # images of a call, each of which computes in one thread
OUTPUTS = {"logits", "features", "map"}


class Network:
    """The network of an ONNX file's bytes, as stages.classify.training writes it."""

    def __init__(self, content: bytes, name: str) -> None:
        """Raises InputError, which calls the file `name`, when it isn't such a network."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # batches run beside each other instead
        try:
            self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise InputError(f"{name}: no ONNX file that can be run ({error}); train the network again") from None
        if missing := OUTPUTS - {output.name for output in self._session.get_outputs()}:
            raise InputError(f"{name}: the network gives no {', '.join(sorted(missing))}; train it again")

    def answers(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """uint8 (N, edge, edge) -> logits (N, classes) and features (N, width), float32."""
        logits, features = self._run(["logits", "features"], images)
        return logits, features

    def maps(self, images: np.ndarray) -> np.ndarray:
        """uint8 (N, edge, edge) -> where each class is seen, float32 (N, classes, h, w)."""
        (maps,) = self._run(["map"], images)
        return maps

    def _run(self, outputs: Sequence[str], images: np.ndarray) -> list[np.ndarray]:
        def batch(start: int) -> list[np.ndarray]:
            return self._session.run(list(outputs), {"images": images[start : start + BATCH]})

        # One batch at least, so that no image at all has an answer of the right shape too.
        found = list(in_order(batch, range(0, max(len(images), 1), BATCH), cores()))
        return [np.concatenate(parts) for parts in zip(*found, strict=True)]
