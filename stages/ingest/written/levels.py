"""Which grey levels a run's pictures use: too few of them are a sign of a wrong bit depth."""

import numpy as np

from stages.reading.exports.files.packed import Packed
from stages.reading.exports.rows.export import Mismatch, Warned

FEWEST = 256 // 8  # of the levels, that a run should use


class Levels:
    """The lowest and the highest level of all pictures so far."""

    def __init__(self) -> None:
        self._low, self._high = 255, 0

    def add(self, images: Packed) -> None:
        if len(images.content):
            pixels = np.frombuffer(images.content, np.uint8)
            self._low, self._high = min(self._low, int(pixels.min())), max(self._high, int(pixels.max()))

    def warned(self, evident: tuple[int, int] | None) -> dict[str, Warned]:
        """What to tell; evident: bits that deep pictures were taken to have, and the highest level that told it."""
        found = {}
        if evident is not None:
            taken = f"taken as {evident[0]} bits: no level above {evident[1]} in those looked at"
            found["bit_depth"] = Warned(1, [Mismatch("", None, "bits", "stated in the sample sheet", taken)])
        if 0 <= self._high - self._low < FEWEST:
            told = f"levels {self._low} to {self._high}"
            found["few_levels"] = Warned(1, [Mismatch("", None, "image", f"at least {FEWEST} grey levels", told)])
        return found
