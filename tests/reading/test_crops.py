import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from stages.common.base.errors import InputError
from stages.reading.exports.files.images import decode

SHEET = "run,platform,sample,format,path,role,class,pixel_um\nc1,A,s,crops,c1,class,{label},0.5\n"


def save(name: str, pixels: np.ndarray) -> None:
    path = Path("exports/c1") / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def test_modes_and_depths(workspace, ingest):
    grey = np.arange(30, dtype=np.uint8).reshape(5, 6)
    save("a/grey.PNG", grey)
    save("a/equal.bmp", np.repeat(grey[..., None], 3, axis=2))
    save("b/deep.tif", np.array([[0, 257, 65535]], np.uint16))
    colour = np.random.default_rng(1).integers(0, 255, (4, 3, 3), dtype=np.uint8)
    save("b/colour.png", colour)
    Path("exports/c1/b/broken.jpg").write_bytes(b"\xff\xd8nothing")
    Path("exports/c1/b/Thumbs.db").write_bytes(b"no image")
    result = ingest(SHEET.format(label=""))
    particles = result.particles("c1").set_index("source_id")
    assert particles["class"].to_dict() == {
        "a/equal.bmp": "a",
        "a/grey.PNG": "a",
        "b/colour.png": "b",
        "b/deep.tif": "b",
    }
    assert particles.loc["a/equal.bmp", "image"] == particles.loc["a/grey.PNG", "image"] == grey.tobytes()
    assert particles.loc["b/deep.tif", "image"] == bytes([0, 1, 255])
    assert particles.loc["b/colour.png", "image"] == colour.tobytes()
    assert result.rejects[["run", "file"]].to_numpy().tolist() == [["c1", "b/broken.jpg"]]
    assert result.runs.loc["c1", ["rows_read", "accepted", "rejected"]].tolist() == [5, 4, 1]


def test_channels_in_several_parts_of_memory(monkeypatch):
    """Pillow splits the memory of large images; a small one is made to be split."""
    pixels = np.random.default_rng(1).integers(0, 255, (600, 700), dtype=np.uint8)
    content = io.BytesIO()
    Image.fromarray(np.repeat(pixels[..., None], 3, axis=2)).save(content, "PNG")
    before = Image.core.get_block_size()
    Image.core.set_block_size(1 << 16)
    try:
        assert np.array_equal(decode(content.getvalue()), pixels)
    finally:
        Image.core.set_block_size(before)


@pytest.mark.parametrize("form", ["PNG", "TIFF", "BMP"])
def test_each_depth_in_each_format(form):
    """16 bit over its full range, in every format that can hold it; colour stays colour."""
    random = np.random.default_rng(1)
    colour = random.integers(0, 255, (5, 4, 3), dtype=np.uint8)
    content = io.BytesIO()
    Image.fromarray(colour).save(content, form)
    assert np.array_equal(decode(content.getvalue()), colour)
    if form != "BMP":
        deep, content = random.integers(0, 65535, (5, 4), dtype=np.uint16), io.BytesIO()
        Image.fromarray(deep).save(content, form)
        assert np.array_equal(decode(content.getvalue()), np.round(deep / 257).astype(np.uint8))


@pytest.mark.parametrize("edge", [160, 300])  # above Pillow's limit, and above twice that
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_an_image_too_large_to_be_a_particle_is_refused_unread(workspace, ingest, monkeypatch, edge):
    save("ok.png", np.zeros((5, 5), np.uint8))
    save("bomb.png", np.zeros((edge, edge), np.uint8))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 20_000)
    result = ingest(SHEET.format(label="x"))
    assert result.rejects["file"].tolist() == ["bomb.png"]


def test_class_of_a_folder_without_class_folders(workspace, ingest):
    save("1.png", np.zeros((5, 5), np.uint8))
    assert ingest(SHEET.format(label="x")).particles("c1")["class"].tolist() == ["x"]
    with pytest.raises(InputError, match="name the class"):
        ingest(SHEET.format(label=""))
    save("a/2.png", np.zeros((5, 5), np.uint8))
    with pytest.raises(InputError, match="beside class folders"):
        ingest(SHEET.format(label="x"))
    Path("exports/c1/1.png").unlink()
    with pytest.raises(InputError, match="leave the cell empty"):
        ingest(SHEET.format(label="x"))


def test_one_folder_with_a_table_of_labels(workspace, ingest):
    for name in ("1.png", "2.png", "3.png"):
        save(name, np.zeros((5, 5), np.uint8))
    Path("exports/labels.csv").write_text("run,particle,class\nc1,1.png,oil\nc1,3.PNG,air\n")
    particles = ingest(SHEET.format(label=""), labels="labels.csv").particles("c1")
    assert particles["class"].dropna().to_dict() == {0: "oil", 2: "air"}
