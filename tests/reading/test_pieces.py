"""A run that is read in pieces is the same run: however small they are, and however its rows are parsed."""

import string
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.reading.exports.files import ahead, text
from stages.reading.exports.files.packed import packed
from stages.reading.exports.files.text import Block, Text
from stages.reading.exports.rows import columns
from stages.reading.exports.rows.column import Column
from stages.reading.exports.rows.columns import Table
from stages.reading.exports.rows.names import Names
from tests.reading.exports import FlowCam, Mfi

SHEET = "run,platform,sample,format,path,role,class\nr1,A,s,flowcam,r1,class,x\nm1,B,s,mfi,m1,unlabelled,\n"
WANTED = [Column("a", "integer", 0), Column("b", "number"), Column("c", "text")]


@pytest.fixture
def spoilt(workspace) -> None:
    """Runs of which some rows are refused, one as another's namesake far above."""
    export = FlowCam(particles=40)
    for i, row in enumerate(export.rows):
        row |= {"image_x": str(i), "image_y": str(i % 30), "collage_file": f"r1_{i // 7 % 3 + 1:06d}.tif"}
    pixels = np.random.default_rng(3).integers(0, 255, (3, 40, 60), dtype=np.uint8)
    export.collages = {f"r1_{i + 1:06d}.tif": pixels[i] for i in range(3)}
    export.collages["r1_000001_bin.tif"] = (pixels[0] > 100) * np.uint8(255)
    export.rows[5]["abd_diameter"] = "no"
    export.rows[9]["image_x"] = "59"
    export.rows[30]["image_id"] = export.rows[2]["image_id"].lower()
    export.rows[12]["raw_area"] = "1.0"
    export.write(Path("exports"))
    Mfi().write(Path("exports"))


def test_small_pieces_give_the_same_run(spoilt, ingest, monkeypatch):
    whole = ingest(SHEET)
    sheet = Path("plots/ingest/r1.png").read_bytes()
    monkeypatch.setattr(text, "BLOCK", 900)
    monkeypatch.setattr(columns, "MOST_PIXELS", 300)
    monkeypatch.setattr(ahead, "KEPT_BYTES", 0)
    monkeypatch.setattr("stages.ingest.__main__.code_digest", lambda: "another")
    pieces = ingest(SHEET)
    assert whole.runs.loc["r1", ["rows_read", "accepted", "rejected"]].tolist() == [40, 38, 2]
    for run in ("r1", "m1"):
        pd.testing.assert_frame_equal(pieces.particles(run), whole.particles(run))
    pd.testing.assert_frame_equal(pieces.rejects, whole.rejects)
    pd.testing.assert_frame_equal(pieces.runs, whole.runs)
    assert pieces.metrics == whole.metrics
    assert pieces.warnings.equals(whole.warnings)
    assert Path("plots/ingest/r1.png").read_bytes() == sheet


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_blocks_are_the_lines_of_the_file(tmp_path, monkeypatch, encoding, end):
    lines = [f"line {i} \u00fc" * (i % 5) for i in range(60)]
    path = tmp_path / "a.txt"
    path.write_bytes(end.join(lines).encode(encoding))
    monkeypatch.setattr(text, "BLOCK", 50)
    blocks = list(Text(path, encoding.removesuffix("-sig")).blocks())
    assert len(blocks) > 10
    assert [line for block in blocks for line in block.lines()] == lines
    assert [block.first for block in blocks] == list(np.cumsum([0, *(len(block.lines()) for block in blocks)]))[:-1]


@dataclass(frozen=True)
class Held(Text):
    """A text of one block, which no file holds."""

    block: Block

    def blocks(self) -> Iterator[Block]:
        yield self.block


def rows_of(content: str) -> list:
    """What the table's rows become when they are parsed as a whole, if they can be; and cell by cell."""
    block = Block(0, content.encode())
    table = Table(Held(Path("f"), "utf-8", block), ["x", "a", "b", "c"], WANTED, 0, "|", "f")
    return [table._plain(block), table._careful(block)]


CELL = st.one_of(
    st.integers(-3, 10**11).map(str),
    st.floats(allow_nan=True).map(str),
    st.text(alphabet=string.printable + "\0\u00e4", max_size=4),
    st.sampled_from(["0x1F", "+5", " 5", "5 ", "1_0", "1e5", "1.", ".5", "1e400", "inf", "true", "null", "NA", '"1"']),
)


@given(st.lists(st.lists(CELL, min_size=3, max_size=5), min_size=1, max_size=6))
def test_a_whole_block_is_parsed_as_its_cells_are(rows):
    content = text._with_newlines("\n".join("|".join(cells) for cells in rows).encode()).decode()
    plain, careful = rows_of(content)
    if plain is not None:
        assert careful.rejects == []
        pd.testing.assert_frame_equal(plain.table, careful.table)


@given(st.lists(st.tuples(st.integers(0, 2**31 - 1), st.floats(allow_nan=False, allow_infinity=False)), min_size=1))
def test_plain_rows_are_parsed_as_a_whole(cells):
    plain, careful = rows_of("".join(f"?|{a}|{b!r}|n{a}\n" for a, b in cells))
    assert plain.table["a"].tolist() == [a for a, _ in cells]
    assert plain.table["b"].tolist() == [b for _, b in cells]
    pd.testing.assert_frame_equal(plain.table, careful.table)


@given(st.lists(st.lists(st.sampled_from("abcABCdefgh"), max_size=6), max_size=8))
def test_names_are_found_again(pieces):
    names, first, line = Names(), {}, 0
    for piece in pieces:
        lines = np.arange(line, line + len(piece))
        expected = {}
        for i, name in enumerate(piece):
            if (known := first.setdefault(name.casefold(), line + i)) != line + i:
                expected[i] = known
        assert names.earlier(piece, lines) == expected
        line += len(piece)


def test_packed_images_come_back():
    random = np.random.default_rng(1)
    images = [random.integers(0, 255, shape, dtype=np.uint8) for shape in [(3, 5), (2, 2, 3), (1, 7)]]
    together = packed(images)
    for i, image in enumerate(images):
        assert np.array_equal(together[i], image)
    assert together.arrow().to_pylist() == [image.tobytes() for image in images]
    assert np.array_equal(together.kept(np.array([2]))[0], images[2])
    assert len(packed([])) == 0


def test_memory_does_not_grow_with_the_run(workspace, ingest, monkeypatch):
    """Of each further particle less stays than a tenth of its pixels."""
    monkeypatch.setattr(text, "BLOCK", 4000)  # some sixty rows: how many pieces are under way makes no difference
    peaks = {}
    for count in (100, 500, 3000):  # the first one loads fonts and the like
        export = FlowCam(f"r{count}", particles=1)
        whole = {"image_x": "0", "image_y": "0", "image_w": "60", "image_h": "40"}
        export.rows = [export.row(0) | whole | {"image_id": f"N-{i}"} for i in range(count)]
        export.write(Path("exports"))
        tracemalloc.start()
        ingest(f"run,platform,sample,format,path,role\nr{count},A,s,flowcam,r{count},unlabelled\n")
        peaks[count] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert (peaks[3000] - peaks[500]) / 2500 < 240, peaks
