"""A contact sheet for each run: crops drawn at random, each with its size and a scale bar, to see that the right
pixels were cut."""

import io
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw, ImageFont

from stages.common.base.errors import InputError
from stages.common.base.origin import MEASURED, SIMULATED, title
from stages.common.particles import size_column
from stages.ingest.written.thumbnails import Thumbnails

ROWS, COLUMNS = 8, 8
TILE, CAPTION, TITLE, GAP = 88, 24, 28, 6  # px
BARS_UM = (200, 100, 50, 20, 10, 5, 2, 1, 0.5)
MOST_BYTES = 150_000
# Pillow's own font has no micro sign.
FONT = Path(str(distribution("matplotlib").locate_file("matplotlib/mpl-data/fonts/ttf/DejaVuSans.ttf")))


def contact_sheet(run: str, thumbnails: Thumbnails, facts: dict) -> Image.Image:
    """The thumbnails as one picture, grey where all of its particles are."""
    drawn = thumbnails.drawn()
    lines = -(-max(len(drawn), 1) // COLUMNS)
    size = COLUMNS * (TILE + GAP) + GAP, TITLE + lines * (TILE + CAPTION) + GAP
    sheet = Image.new("RGB" if any(pixels.ndim == 3 for pixels, _ in drawn) else "L", size, "white")
    pen = ImageDraw.Draw(sheet)
    origin = SIMULATED if facts["simulated"] else MEASURED
    scale = "" if facts["pixel_um"] is None else f", {facts['pixel_um']:g} \u00b5m/px"
    shown = f"{run}: {len(drawn)} of {thumbnails.shown_of} particles with a picture{scale}"
    said = title(shown, origin)
    pen.text((GAP, 7), said, "black", _font(said, size[0] - 2 * GAP))
    for place, (pixels, particle) in enumerate(drawn):
        corner = GAP + place % COLUMNS * (TILE + GAP), TITLE + place // COLUMNS * (TILE + CAPTION)
        _draw(sheet, pen, corner, pixels, particle)
    return sheet


def write_contact_sheet(path: Path, run: str, thumbnails: Thumbnails, facts: dict) -> None:
    """As PNG, of few levels where all would make it large: it is kept with the results."""
    sheet = contact_sheet(run, thumbnails, facts)
    for levels in (256, 64, 32, 16):
        content = io.BytesIO()
        _with_levels(sheet, levels).save(content, "PNG")
        if content.tell() <= MOST_BYTES:
            break
    path.write_bytes(content.getvalue())


def _with_levels(sheet: Image.Image, levels: int) -> Image.Image:
    if sheet.mode == "RGB":
        return sheet.quantize(levels, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    return sheet.point([round(value * (levels - 1) / 255) * 255 // (levels - 1) for value in range(256)])


def _draw(sheet: Image.Image, pen: ImageDraw.ImageDraw, corner: tuple[int, int], pixels: np.ndarray, particle) -> None:
    """A crop in its tile: as many times as large as fits, its size and a scale bar below it."""
    x, y = corner
    edge = max(pixels.shape[:2])
    zoom = TILE // edge if edge <= TILE else TILE / edge
    shown = (max(1, round(pixels.shape[1] * zoom)), max(1, round(pixels.shape[0] * zoom)))
    image = Image.fromarray(pixels).convert(sheet.mode)
    sheet.paste(image.resize(shown, Image.Resampling.NEAREST if zoom >= 1 else Image.Resampling.BOX), corner)
    per_um = zoom / particle["pixel_um"]
    bar_um = next((length for length in BARS_UM if length * per_um <= TILE / 2), None)
    pen.text((x, y + TILE + 1), _size(particle, pixels), "black", _of_size(9))
    if bar_um is not None:
        pen.rectangle((x, y + TILE + 16, x + round(bar_um * per_um), y + TILE + 18), "black")
        pen.text((x + TILE // 2 + 4, y + TILE + 11), f"{bar_um:g} \u00b5m", "black", _of_size(9))


def _size(particle: pd.Series, pixels: np.ndarray) -> str:
    try:
        column = size_column({name: pd.notna(particle.get(name)) for name in ("abd_um", "ecd_um", "esd_um")})
    except InputError:
        return f"{pixels.shape[1]} x {pixels.shape[0]} px"
    return f"{column.removesuffix('_um').upper()} {particle[column]:.3g} \u00b5m"


def _font(text: str, width: int) -> ImageFont.FreeTypeFont:
    """The largest font of at most 12 px in which `text` keeps within `width`."""
    fonts = (_of_size(size) for size in range(12, 6, -1))
    return next((font for font in fonts if font.getlength(text) <= width), _of_size(6))


@cache
def _of_size(px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, px)
