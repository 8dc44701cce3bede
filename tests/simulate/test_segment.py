import numpy as np
import pytest

from stages.simulate.instrument.camera import Patch
from stages.simulate.instrument.segment import crofton_perimeter, ellipse_axes, feret_diameters, regions
from stages.simulate.instrument.sizes import fringe_corrected_um


def ellipse(a: float, b: float, edge: int = 101) -> np.ndarray:
    y, x = np.mgrid[:edge, :edge] - edge // 2
    return (y / b) ** 2 + (x / a) ** 2 <= 1


def test_measures_of_an_ellipse():
    y, x = np.nonzero(ellipse(30, 15))
    feret = feret_diameters(y, x)
    assert (feret.max(), feret.min()) == pytest.approx((60, 30), abs=1.5)
    assert ellipse_axes(y, x) == pytest.approx((60, 30), rel=0.03)


def test_perimeter_of_a_disc():
    assert crofton_perimeter(np.pad(ellipse(25, 25), 1)) == pytest.approx(2 * np.pi * 25, rel=0.04)


@pytest.mark.parametrize(
    ("px", "um"),
    [(2 * np.sqrt(27 / np.pi), 1.6253), (15.6944, 6.2062), (23.0, 10.2564), (6.0, 1.6632)],
    ids=["ABD", "ESD", "length", "width"],
)
def test_sizes_are_those_that_a_real_instrument_wrote_for_the_same_pixels(px, um):
    """A row of a real VisualSpreadsheet 4.19 list: fringe 4.5 px, 0.5544 um for each pixel."""
    assert fringe_corrected_um(px, 4.5, 0.5544) == pytest.approx(um, abs=1e-4)


def background_of(platform) -> np.ndarray:
    return np.full(platform.frame_px, round(platform.background), np.uint8)


def patch(platform, *discs: tuple[int, int, int, int]) -> Patch:
    levels = np.full((120, 160), round(platform.background), np.uint8)
    y, x = np.mgrid[:120, :160]
    for top, left, radius, level in discs:
        levels[np.hypot(y - top, x - left) <= radius] = level
    return Patch(200, 300, levels)


def test_thresholds_decide_what_is_found(platforms):
    platform = platforms["A"]
    background = round(platform.background)
    faint = background - int(platform.threshold_dark) + 2
    found = regions(
        patch(platform, (40, 40, 8, 60), (40, 110, 8, faint), (90, 40, 8, 250)), background_of(platform), platform
    )
    assert len(found) == 2
    assert found[0].area == int((np.hypot(*np.mgrid[-9:10, -9:10]) <= 8).sum())
    assert (found[0].top, found[0].left) == (240 - 8 - platform.border_px, 340 - 8 - platform.border_px)


def test_neighbours_are_one_particle_and_a_ring_is_filled(platforms):
    platform = platforms["A"]
    near = int(platform.neighbour_um / platform.pixel_um)
    pair = regions(patch(platform, (40, 40, 8, 60), (40, 56 + near, 8, 60)), background_of(platform), platform)
    assert [region.parts for region in pair] == [2]
    ring = regions(
        patch(platform, (60, 80, 12, 60), (60, 80, 6, round(platform.background))), background_of(platform), platform
    )
    assert ring[0].area == int((np.hypot(*np.mgrid[-13:14, -13:14]) <= 12).sum())


@pytest.mark.parametrize(("top", "left"), [(-5, 150), (960 - 55, 600), (300, -10), (300, 1280 - 50)])
def test_a_ring_cut_by_a_side_of_the_frame_is_filled_to_that_side(platforms, top, left):
    """Its inside differs from the background by less than the thresholds."""
    platform = platforms["A"]
    background = background_of(platform)
    centre = np.hypot(
        *(np.mgrid[: platform.frame_px[0], : platform.frame_px[1]] - np.array([top + 30, left + 30])[:, None, None])
    )
    levels = background.copy()
    levels[centre <= 30] = 20
    levels[centre <= 20] = background[0, 0] - 3
    y, x = max(top - 10, 0), max(left - 10, 0)
    cut = levels[y : top + 70, x : left + 70]
    found = regions(Patch(y, x, cut), background, platform)
    assert [region.area for region in found] == [int((centre <= 30).sum())]
    assert found[0].edge


def test_what_departs_is_told_from_the_frames_own_background(platforms):
    """A frame that grows darker to one side holds no particle."""
    platform = platforms["A"]
    background = np.broadcast_to(np.linspace(100, 250, platform.frame_px[1]), platform.frame_px).astype(np.uint8)
    cut = background[100:220, 300:460].copy()
    assert regions(Patch(100, 300, cut), background, platform) == []
    cut[50:60, 50:60] -= 40
    assert [region.area for region in regions(Patch(100, 300, cut), background, platform)] == [100]
