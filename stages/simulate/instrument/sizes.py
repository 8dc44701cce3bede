"""Sizes in um from sizes in px, as the instruments' software corrects them for the fringe around a particle."""


def fringe_corrected_um(px: float, fringe_px: float, pixel_um: float) -> float:
    """max(px - fringe, px/2), at least one pixel, times the pixel size."""
    return max(px - fringe_px, px / 2, 1.0) * pixel_um
