"""Pixels of more than eight bits, of several pages, and behind transparency."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from stages.common.base.errors import InputError
from stages.reading.exports.files.images import decode

SHEET = "run,platform,sample,format,path,role,class,pixel_um,bits\nc1,A,s,crops,c1,class,x,0.5,{bits}\n"


def save(levels: dict[str, np.ndarray]) -> None:
    Path("exports/c1").mkdir()
    for name, pixels in levels.items():
        Image.fromarray(pixels.astype(np.uint16)).save(f"exports/c1/{name}.tif")


def images(result) -> dict[str, np.ndarray]:
    particles = result.particles("c1")
    return {p.source_id: np.frombuffer(p.image, np.uint8).reshape(p.height, p.width) for p in particles.itertuples()}


@pytest.mark.parametrize(("bits", "most"), [(10, 1020), (12, 4000), (14, 16000), (16, 65000)])
def test_the_evident_depth_is_the_runs_and_is_told(workspace, ingest, bits, most):
    """A dark picture is scaled as the bright one beside it."""
    deep = {"bright": np.array([[0, most // 2, most]]), "dark": np.array([[0, 100, 200]])}
    save(deep)
    result = ingest(SHEET.format(bits=""))
    for name, levels in deep.items():
        assert np.array_equal(images(result)[f"{name}.tif"], np.rint(levels * 255 / (2**bits - 1)))
    told = result.warnings.set_index("check").loc["bit_depth", "found"]
    assert told == f"taken as {bits} bits: no level above {most} in those looked at"


def test_the_sheet_goes_before_what_is_evident(workspace, ingest):
    save({"dark": np.array([[0, 500, 1000]])})
    result = ingest(SHEET.format(bits="12"))
    assert images(result)["dark.tif"].tolist() == [[0, 31, 62]]
    assert "bit_depth" not in set(result.warnings["check"])
    beyond = ingest(SHEET.format(bits="9"), on_bad_run="stop")
    assert "beyond 9 bits" in beyond.rejects["reason"][0]


def test_a_run_that_uses_few_levels_is_told(workspace, ingest):
    Path("exports/c1").mkdir()
    Image.fromarray(np.array([[3, 30]], np.uint8)).save("exports/c1/a.png")
    result = ingest(SHEET.format(bits=""))
    assert result.warnings.set_index("check").loc["few_levels", "found"] == "levels 3 to 30"


def content_of(image: Image.Image, form: str, **how) -> bytes:
    content = io.BytesIO()
    image.save(content, form, **how)
    return content.getvalue()


def test_several_pages_are_told():
    pages = [Image.fromarray(np.full((4, 4), level, np.uint8)) for level in (1, 2)]
    with pytest.raises(InputError, match="2 pages in one file; save each as a file of its own"):
        decode(content_of(pages[0], "TIFF", save_all=True, append_images=pages[1:]))


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_what_is_transparent_gets_the_pictures_own_background(mode):
    """A dark particle in a ring of background; around it black that nobody was meant to see."""
    grey = np.zeros((9, 9), np.uint8)
    alpha = np.zeros((9, 9), np.uint8)
    grey[2:7, 2:7], alpha[2:7, 2:7] = 180, 255
    grey[4, 4] = 40
    bands = [Image.fromarray(grey)] * (len(mode) - 1) + [Image.fromarray(alpha)]
    seen = decode(content_of(Image.merge(mode, bands), "PNG"))
    expected = np.full((9, 9), 180)
    expected[4, 4] = 40
    assert np.array_equal(seen, expected)


def test_what_is_no_image_is_told_in_the_same_words_each_time():
    told = []
    for _ in range(2):
        with pytest.raises(InputError) as error:
            decode(b"no image" + bytes(100))
        told.append(str(error.value))
    assert told[0] == told[1] and "0x" not in told[0]
