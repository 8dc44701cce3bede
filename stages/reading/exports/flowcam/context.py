"""FlowCam run contexts (.ctx): INI files whose keys, case and blanks differ between software versions."""

import math
from dataclasses import dataclass, replace
from pathlib import Path

from stages.common.base.errors import InputError
from stages.reading.exports.files.paths import only_file, sibling
from stages.reading.exports.files.sources import Sources
from stages.reading.exports.rows.times import utc


@dataclass(frozen=True)
class Context:
    """The values of a .ctx by key in lower case; blank values are left out. `file` is for messages; `stem` is empty
    when there is no .ctx."""

    file: str
    values: dict[str, str]
    stem: str = ""

    def text(self, key: str) -> str | None:
        return self.values.get(key.casefold())

    def number(self, key: str) -> float | None:
        text = self.text(key)
        if text is None:
            return None
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            mend = "; export with decimal points" if "," in text else ""
            raise InputError(f"{self.file}: {key}={text} is not a number{mend}")
        return value

    def software(self) -> str | None:
        return " ".join(filter(None, (self.text("SoftwareName"), self.text("SoftwareVersion")))) or None

    def region(self) -> tuple[float, float, float, float] | None:
        """Left, right, top and bottom of the acceptable region, px, both ends included."""
        left, right, top, bottom = (self.number(f"Acceptable{side}") for side in ("Left", "Right", "Top", "Bottom"))
        if left is None or right is None or top is None or bottom is None:
            return None
        return left, right, top, bottom

    def dilution(self) -> float:
        """The dilution that the software applied; 1 when it was told to apply none."""
        applied = self.number("UseDilutionCalculation")
        factor = self.number("SampleDilution")
        return factor if factor and applied != 0 else 1.0

    def started_utc(self) -> str | None:
        return utc(self.text("RunStartTime"))

    def imaged_ml(self, pixel_um: float | None) -> tuple[float, str] | tuple[None, None]:
        """Imaged volume in mL, and what it was computed from; None when too little is there.

        FluidVolumeImaged_ml is not it: the software leaves it 0.
        """
        if pixel_um and (volume := self._seen_ml(pixel_um)):
            return volume, "acceptable region, depth, frames and VolumeCF"
        if volume := self._pumped_ml():
            return volume, "pump rate, time and efficiency"
        return None, None

    def _pumped_ml(self) -> float | None:
        """Share of what was pumped that was imaged: contexts of 2008 have no VolumeCF."""
        per_minute, percent = self.number("PumpFlowRate"), self.number("Efficiency")
        milliseconds = self.number("RunTimeMilliSeconds")
        if not per_minute or not percent or not milliseconds:
            return None
        return per_minute * milliseconds / 60_000 * percent / 100

    def _seen_ml(self, pixel_um: float) -> float | None:
        """Area of the acceptable region times depth times frames times the software's correction."""
        region = self.region()
        depth_um, frames, correction = map(self.number, ("FlowCellDepth", "RawImageTotal", "VolumeCF"))
        if region is None or not depth_um or not frames or not correction:
            return None
        left, right, top, bottom = region
        area_px = (right - left + 1) * (bottom - top + 1)
        return area_px * pixel_um**2 * depth_um * 1e-12 * frames * correction


def read_context(text: str, file: str) -> Context:
    values: dict[str, str] = {}
    for line in text.split("\n"):
        key, equals, value = line.partition("=")
        if equals and value.strip():
            values.setdefault(key.strip().casefold(), value.strip())
    return Context(file, values)


def context_beside(sources: Sources, path: Path) -> Context:
    """The context of the list or table `path`: of the same name, else the only one in its folder, else empty."""
    found = sibling(path.parent, f"{path.stem}.ctx") or only_file(path.parent, ".ctx")
    if not found:
        return Context("no .ctx", {})
    return replace(read_context(sources.read_text(found), found.name), stem=found.stem)
