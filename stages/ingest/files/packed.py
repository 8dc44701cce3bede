"""The images of some particles, one after another in one buffer: no object for each, and Arrow takes it as it is."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa


@dataclass(frozen=True)
class Packed:
    """uint8 pixels, rows first, channels last, in `content`; `heights`, `widths`, `channels`: int32, one an image."""

    content: bytes
    heights: np.ndarray
    widths: np.ndarray
    channels: np.ndarray

    def __len__(self) -> int:
        return len(self.heights)

    def __getitem__(self, index: int) -> np.ndarray:
        """(H, W) for grey and (H, W, 3) for colour."""
        start, end = self.offsets()[index : index + 2]
        shape = self.heights[index], self.widths[index], self.channels[index]
        pixels = np.frombuffer(self.content, np.uint8)[start:end].reshape(shape)
        return pixels[..., 0] if self.channels[index] == 1 else pixels

    def offsets(self) -> np.ndarray:
        """Where each image begins in `content`, and where the last one ends."""
        sizes = self.heights.astype(np.int64) * self.widths * self.channels
        return np.concatenate([[0], np.cumsum(sizes)])

    def arrow(self) -> pa.Array:
        """Binary values over the same memory."""
        offsets = self.offsets().astype(np.int32)
        return pa.Array.from_buffers(
            pa.binary(), len(self), [None, pa.py_buffer(offsets), pa.py_buffer(self.content)], null_count=0
        )

    def kept(self, rows: np.ndarray) -> "Packed":
        """The images of `rows` (positions) alone."""
        offsets = self.offsets()
        content = b"".join([self.content[offsets[row] : offsets[row + 1]] for row in rows])
        return Packed(content, self.heights[rows], self.widths[rows], self.channels[rows])


def packed(images: list[np.ndarray]) -> Packed:
    """uint8 images (H, W) or (H, W, 3) in one buffer."""
    shapes = np.array([(*image.shape, 1)[:3] for image in images], dtype=np.int32).reshape(-1, 3)
    return Packed(b"".join([image.tobytes() for image in images]), shapes[:, 0], shapes[:, 1], shapes[:, 2])
