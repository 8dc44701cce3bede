import numpy as np
import pytest

from stages.common.arrays import read_images, write_images

IMAGES = np.random.default_rng(0).integers(0, 256, (7, 5, 5), dtype=np.uint8)


def test_batches_give_the_bytes_of_the_whole(tmp_path):
    np.save(tmp_path / "numpy.npy", IMAGES)
    write_images(tmp_path / "whole.npy", IMAGES, IMAGES.shape)
    write_images(tmp_path / "batches.npy", (IMAGES[i : i + 3] for i in range(0, 7, 3)), IMAGES.shape)
    expected = (tmp_path / "numpy.npy").read_bytes()
    assert (tmp_path / "whole.npy").read_bytes() == expected
    assert (tmp_path / "batches.npy").read_bytes() == expected


def test_too_few_images_are_an_error_and_leave_nothing(tmp_path):
    with pytest.raises(ValueError, match="3 images were written where 7"):
        write_images(tmp_path / "a.npy", IMAGES[:3], IMAGES.shape)
    assert not list(tmp_path.iterdir())


def test_a_pickle_is_refused(tmp_path):
    np.save(tmp_path / "object.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError):
        read_images(tmp_path / "object.npy")


def test_what_was_written_is_read_as_a_map_that_cannot_be_written(tmp_path):
    write_images(tmp_path / "a.npy", IMAGES, IMAGES.shape)
    images = read_images(tmp_path / "a.npy")
    assert isinstance(images, np.memmap) and not images.flags.writeable
    np.testing.assert_array_equal(images, IMAGES)


@pytest.mark.parametrize("other", [IMAGES.astype(np.float32), IMAGES.astype(np.int8), IMAGES[0], IMAGES[..., None]])
def test_what_is_not_grey_uint8_images_is_refused(tmp_path, other):
    np.save(tmp_path / "a.npy", other)
    with pytest.raises(ValueError, match=rf"expected uint8 images \(N, H, W\), found {other.dtype}"):
        read_images(tmp_path / "a.npy")
