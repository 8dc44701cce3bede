"""Small exports written to order, to be spoilt by a test before they are written."""

from pathlib import Path

import numpy as np
from PIL import Image

LIST_COLUMNS = {
    "id": "int32",
    "image_x": "int32",
    "image_y": "int32",
    "image_w": "int32",
    "image_h": "int32",
    "src_x": "int32",
    "src_y": "int32",
    "cal_const": "double",
    "fringe_size": "double",
    "raw_area": "double",
    "abd_diameter": "double",
    "collage_file": "string",
    "image_id": "guid",
}
CONTEXT = """
[Software]
softwarename=Spreadsheet
SoftwareVersion=1.2
[Fluid]
SampleDilution=2
FlowCellDepth=80
CALIBRATIONCONSTANT=0.5
FringeSize=4.5
[CaptureRegion]
AcceptableLeft=1
AcceptableRight=100
AcceptableTop=1
AcceptableBottom=50
ImagePixelBorder=2
[CaptureParameters]
MinESD=
ThresholdDark=20
[CaptureStats]
RawImageTotal=10
VolumeCF=0.5
"""


class FlowCam:
    """A run folder: list, context, one collage."""

    def __init__(self, run: str = "r1", particles: int = 4) -> None:
        self.run = run
        self.context = CONTEXT
        self.files: dict[str, str] = {}
        pixels = np.random.default_rng(7).integers(0, 255, (40, 60), dtype=np.uint8)
        self.collages = {f"{run}_000001.tif": np.repeat(pixels[..., None], 3, axis=2)}
        self.columns = dict(LIST_COLUMNS)
        self.rows = [self.row(i) for i in range(particles)]

    def row(self, i: int) -> dict[str, str]:
        return {
            "id": f"{i + 1}",
            "image_x": f"{10 * i}",
            "image_y": f"{i}",
            "image_w": "8",
            "image_h": "9",
            "src_x": f"{20 * i + 5}",
            "src_y": "7",
            "cal_const": "0.5000",
            "fringe_size": "4.5000",
            "raw_area": "400.0000",
            "abd_diameter": "9.0338",  # (2 sqrt(400 / pi) - 4.5) 0.5
            "collage_file": f"{self.run}_000001.tif",
            "image_id": f"AAAA-{i}",
        }

    def list_text(self) -> str:
        header = ["017", f"num-fields|{len(self.columns)}", *(f"{name}|{kind}" for name, kind in self.columns.items())]
        return "\r\n".join(header + ["|".join(row[name] for name in self.columns) for row in self.rows]) + "\r\n"

    def write(self, exports: Path) -> None:
        folder = exports / self.run
        folder.mkdir(parents=True)
        (folder / f"{self.run}.lst").write_text(self.list_text(), encoding="utf-8", newline="")
        if self.context:
            (folder / f"{self.run}.ctx").write_text(self.context, encoding="latin-1")
        for name, pixels in self.collages.items():
            Image.fromarray(pixels).save(folder / name)
        for name, text in self.files.items():
            (folder / name).write_text(text, encoding="utf-8")


MFI_HEADER = [
    "#",
    "Frame #",
    "Particle #",
    " Time Stamp(s)",
    "ECD(µm) ",
    "Area(pixels)",
    "Intensity Mean",
    "X Left",
    "X Right",
    "Y Top",
    "Y Bottom",
    "Edge Particle",
]


class Mfi:
    """A particle table with a preamble, and frames."""

    def __init__(self, run: str = "m1") -> None:
        self.run = run
        self.preamble = ["Sample,s", "Pixel Size(um): 0.75", "Analyzed Volume(mL): 0.25"]
        self.rows = [
            ["1", "4", "1", "0.5", "3.25", "40", "1023", "10", "20", "0", "7", "Yes"],
            ["2", "4", "2", "0.5", "5.00", "60", "511.5", "30", "42", "11", "20", "No"],
            ["3", "12", "1", "1.5", "2.50", "20", "0", "1", "9", "2", "9", "No"],
        ]
        random = np.random.default_rng(3)
        self.frames = {f"m1_Image_{i:05d}.png": random.integers(0, 255, (30, 50), dtype=np.uint8) for i in (4, 12)}

    def write(self, exports: Path) -> None:
        folder = exports / self.run
        folder.mkdir(parents=True)
        lines = [*self.preamble, ",".join(MFI_HEADER), *map(",".join, self.rows)]
        (folder / "particles.csv").write_text("\n".join(lines) + "\n", encoding="latin-1")
        for name, pixels in self.frames.items():
            Image.fromarray(pixels).save(folder / name)
