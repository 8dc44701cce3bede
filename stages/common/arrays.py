"""Packed images: one uint8 array (N, edge, edge) in one .npy file, memory-mapped when read."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from stages.common.base.files import replacing


def write_images(path: str | Path, images: np.ndarray | Iterable[np.ndarray], shape: tuple[int, int, int]) -> None:
    """Write uint8 images of `shape` (N, H, W), given whole or in batches, without holding them all.

    Raises ValueError when the batches don't add up to `shape`.
    """
    batches = [images] if isinstance(images, np.ndarray) else images
    with replacing(path) as temporary:
        packed = np.lib.format.open_memmap(temporary, mode="w+", dtype=np.uint8, shape=shape)
        filled = 0
        for batch in batches:
            packed[filled : filled + len(batch)] = batch
            filled += len(batch)
        if filled != shape[0]:
            raise ValueError(f"{path}: {filled} images were written where {shape[0]} were announced")
        packed.flush()
        del packed


def read_images(path: str | Path) -> np.ndarray:
    """A read-only memory map, (N, H, W) uint8."""
    images = np.load(path, mmap_mode="r", allow_pickle=False)
    if images.dtype != np.uint8 or images.ndim != 3:
        raise ValueError(f"{path}: expected uint8 images (N, H, W), found {images.dtype} {images.shape}")
    return images
