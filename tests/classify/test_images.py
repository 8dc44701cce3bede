"""Images are gathered in any order from several arrays; their mean and standard deviation are NumPy's."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from stages.classify.data import images as module
from stages.classify.data.images import listed, mean_and_sd, of_particles
from stages.common.arrays import write_images


@pytest.fixture
def table(tmp_path, monkeypatch):
    """Seven images of two runs, not in their arrays' order."""
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(1)
    for run in "ba":
        images = random.integers(100, 200, (5, 6, 6), dtype=np.uint8)
        write_images(f"data/normalized/{run}.npy", images, images.shape)
    return pd.DataFrame({"run": list("abbabaa"), "row": [4, 0, 3, 1, 2, 0, 2], "class": list("xyyxyxx")})


def by_hand(table: pd.DataFrame) -> np.ndarray:
    return np.stack(
        [np.load(f"data/normalized/{run}.npy")[row] for run, row in table[["run", "row"]].itertuples(index=False)]
    )


def test_a_batch_holds_the_images_asked_for_in_that_order(table):
    images = of_particles(table, ["x", "y"], Path.cwd())
    assert len(images) == 7
    assert images.label.tolist() == [0, 1, 1, 0, 1, 0, 0]
    np.testing.assert_array_equal(images.batch(np.array([5, 2, 2, 6])), by_hand(table.iloc[[5, 2, 2, 6]]))
    arrays = table.assign(array="data/normalized/" + table["run"] + ".npy")
    np.testing.assert_array_equal(listed(arrays, ["x", "y"], Path.cwd()).batch(np.arange(7)), by_hand(table))


@pytest.mark.parametrize("chunk", [2, 7, 4096])
def test_mean_and_sd_are_those_of_all_pixels(table, chunk, monkeypatch):
    monkeypatch.setattr(module, "CHUNK", chunk)
    mean, sd = mean_and_sd(of_particles(table, ["x", "y"], Path.cwd()))
    pixels = by_hand(table).astype(float)
    assert (mean, sd) == pytest.approx((pixels.mean(), pixels.std()), rel=1e-12)


def test_even_images_can_be_divided_by_their_sd(tmp_path):
    write_images(tmp_path / "even.npy", np.full((2, 3, 3), 7, np.uint8), (2, 3, 3))
    even = listed(pd.DataFrame({"array": "even.npy", "row": [0, 1], "class": "x"}), ["x"], tmp_path)
    assert mean_and_sd(even) == (7.0, pytest.approx(1e-3))
