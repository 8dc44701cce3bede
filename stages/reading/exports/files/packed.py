"""The images of some particles, one after another in one buffer: no object for each, and Arrow takes it as it is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa


@dataclass(frozen=True)
class Packed:
    """uint8 pixels, rows first, channels last, in `content`; `heights`, `widths`, `channels`: int32, one a particle,
    and 0 for one that has no image."""

    content: bytes
    heights: np.ndarray
    widths: np.ndarray
    channels: np.ndarray

    def __len__(self) -> int:
        return len(self.heights)

    def __getitem__(self, index: int) -> np.ndarray | None:
        """(H, W) for grey and (H, W, 3) for colour; None where there is no image."""
        if not self.channels[index]:
            return None
        start, end = self.offsets()[index : index + 2]
        shape = self.heights[index], self.widths[index], self.channels[index]
        pixels = np.frombuffer(self.content, np.uint8)[start:end].reshape(shape)
        return pixels[..., 0] if self.channels[index] == 1 else pixels

    @property
    def there(self) -> np.ndarray:
        """Which particles have an image."""
        return self.channels > 0

    def offsets(self) -> np.ndarray:
        """Where each image begins in `content`, and where the last one ends."""
        sizes = self.heights.astype(np.int64) * self.widths * self.channels
        return np.concatenate([[0], np.cumsum(sizes)])

    def arrow(self) -> pa.Array:
        """Binary values over the same memory, null where there is no image."""
        offsets = self.offsets().astype(np.int32)
        valid = None if self.there.all() else pa.py_buffer(np.packbits(self.there, bitorder="little"))
        return pa.Array.from_buffers(
            pa.binary(), len(self), [valid, pa.py_buffer(offsets), pa.py_buffer(self.content)], null_count=-1
        )

    def shapes(self) -> dict[str, pa.Array]:
        """Height, width and channels, null where there is no image."""
        sizes = {"height": self.heights, "width": self.widths, "channels": self.channels}
        return {name: pa.array(values, pa.int32(), mask=~self.there) for name, values in sizes.items()}

    def kept(self, rows: np.ndarray) -> "Packed":
        """The images of `rows` (positions) alone."""
        offsets = self.offsets()
        content = b"".join([self.content[offsets[row] : offsets[row + 1]] for row in rows])
        return Packed(content, self.heights[rows], self.widths[rows], self.channels[rows])


def packed(images: Sequence[np.ndarray | None]) -> Packed:
    """uint8 images (H, W) or (H, W, 3), or None, in one buffer."""
    shapes = [(0, 0, 0) if image is None else (*image.shape, 1)[:3] for image in images]
    sizes = np.array(shapes, dtype=np.int32).reshape(-1, 3)
    content = b"".join([image.tobytes() for image in images if image is not None])
    return Packed(content, sizes[:, 0], sizes[:, 1], sizes[:, 2])
