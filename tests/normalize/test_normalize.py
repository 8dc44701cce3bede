import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stages.common.arrays import read_images
from stages.common.params.normalize import Normalize
from stages.common.particles import PARTICLES
from stages.normalize.__main__ import normalize_run


@pytest.mark.parametrize("there", [[True, False, True], [False, False, False], []])
def test_particles_without_a_picture_are_left_out_of_array_and_table_alike(tmp_path, there):
    rows = [
        {"particle_id": f"p{i}", "run": "r", "platform": "A", "sample": "s", "role": "class", "simulated": False}
        | {"source_file": "f", "source_id": str(i), "edge": False, "pixel_um": 0.5}
        | ({"image": bytes([i]) * 81, "height": 9, "width": 9, "channels": 1} if seen else {})
        for i, seen in enumerate(there)
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=PARTICLES), tmp_path / "r.parquet")
    (tmp_path / "out").mkdir()
    settings = Normalize(edge_px=8, fit="crop", background="none", background_level=175)
    normalize_run(tmp_path / "r.parquet", tmp_path / "out", settings, seed=1)
    images, table = read_images(tmp_path / "out/r.npy"), pd.read_parquet(tmp_path / "out/r.parquet")
    expected = [i for i, seen in enumerate(there) if seen]
    assert table["particle_id"].tolist() == [f"p{i}" for i in expected]
    assert images[:, 0, 0].tolist() == expected
