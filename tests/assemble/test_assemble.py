import numpy as np
import pandas as pd
import pytest

from stages.assemble.__main__ import real_rows, synthetic_rows
from stages.common.base.errors import InputError

SPLITS = pd.DataFrame(
    [
        {
            "particle_id": f"{label}{split}{i}",
            "run": f"run-{split}",
            "row": i,
            "class": label,
            "platform": "A",
            "split": split,
            "simulated": True,
        }
        for label in ("protein", "oil")
        for split in ("train", "validation")
        for i in range(10)
    ]
)


def test_only_training_images_are_taken():
    rows = real_rows(SPLITS, "oil", "A", 10, seed=1)
    assert set(rows["array"]) == {"data/normalized/run-train.npy"}
    assert sorted(rows["row"]) == list(range(10))


def test_fewer_images_than_asked_for_are_said(capsys):
    assert len(real_rows(SPLITS, "oil", "A", 50, seed=1)) == 10
    assert "50 real images were asked for; the training split holds 10" in capsys.readouterr().err


def test_no_image_at_all_is_an_error():
    with pytest.raises(InputError, match="no training image of oil on platform B"):
        real_rows(SPLITS, "oil", "B", 5, seed=1)


def test_synthetic_images_are_counted_against_the_file(tmp_path):
    np.save(tmp_path / "oil.npy", np.zeros((4, 8, 8), np.uint8))
    rows = synthetic_rows(tmp_path / "oil.npy", "oil", 3, simulated=True)
    assert list(rows["row"]) == [0, 1, 2]
    assert rows["synthetic"].all()
    with pytest.raises(InputError, match="5 synthetic images of oil were asked for, 4 were generated"):
        synthetic_rows(tmp_path / "oil.npy", "oil", 5, simulated=True)
