"""Physical sanity: sizes, grey levels and roundness, measured in the images themselves."""

import numpy as np
from scipy import ndimage

MEASURES = {
    "diameter_px": "diameter, px",
    "centre_grey": "centre, grey over background",
    "ring_grey": "darkest ring, grey over background",
    "halo_grey": "brightest halo, grey over background",
    "roundness": "roundness",
}
NOISES = 4  # the particle begins where the image leaves the background by so many standard deviations of its noise
LEAST_STEP = 8  # grey levels; and by at least this
LEAST_AREA = 9  # px


def shape(image: np.ndarray) -> dict[str, float] | None:
    """The MEASURES of the particle in `image` (H, W) uint8; None when nothing stands out of the background.

    The background is the median of the border, its noise the border's robust standard deviation. The particle is the
    largest region near the centre that is darker or brighter by half of its own contrast, holes filled. Roundness is
    4 A / (pi major^2), with the major axis of the ellipse that has the region's second moments: 1 for a disc, b / a
    for an ellipse.
    """
    grey = image.astype(float)
    border = np.concatenate([grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]])
    level = np.median(border)
    noise = 1.4826 * np.median(np.abs(border - level))
    over = grey - level
    contrast = np.abs(ndimage.gaussian_filter(over, 0.7))
    least = max(NOISES * noise, LEAST_STEP)
    region = _central(contrast > least)
    # The optics blur an edge: its place is where half of the contrast is reached.
    if region is not None:
        region = _central(contrast > max(least, np.percentile(contrast[region], 95) / 2))
    if region is None:
        return None
    y, x = np.nonzero(region)
    area = len(y)
    radius = np.sqrt(area / np.pi)
    # A pixel is a square: its own second moment is 1/12.
    moments = np.cov(np.stack([y, x]), bias=True) + np.eye(2) / 12
    major = 4 * np.sqrt(np.linalg.eigvalsh(moments)[1])
    rows, columns = np.indices(grey.shape)
    away = np.hypot(rows - y.mean(), columns - x.mean()) / radius
    ring = np.floor(away * radius).astype(int)
    # A large particle's outer rings lie outside the image.
    profile = ndimage.mean(over, ring, np.arange(min(int(2 * radius), ring.max()) + 1))
    at = (np.arange(len(profile)) + 0.5) / radius
    return {
        "diameter_px": float(2 * radius),
        "centre_grey": float(over[away <= max(1 / 3, 1 / radius)].mean()),
        "ring_grey": float(np.min(profile[(at > 1 / 3) & (at <= 1.2)], initial=profile[0])),
        "halo_grey": float(np.max(profile[(at > 2 / 3) & (at <= 2)], initial=0)),
        "roundness": float(min(1, 4 * area / (np.pi * major**2))),
    }


def shapes(images: np.ndarray) -> tuple[dict[str, np.ndarray], int]:
    """Each of the MEASURES of those images (N, H, W) that show a particle, and how many show none."""
    found = [shape(image) for image in images]
    seen = [one for one in found if one is not None]
    return {name: np.array([one[name] for one in seen]) for name in MEASURES}, len(found) - len(seen)


def _central(mask: np.ndarray) -> np.ndarray | None:
    """Of the regions that reach into the middle half of the image, the largest one with its holes filled."""
    labels, count = ndimage.label(mask, np.ones((3, 3)))
    height, width = mask.shape
    middle = labels[height // 4 : -(height // 4), width // 4 : -(width // 4)]
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    sizes[~np.isin(np.arange(count + 1), middle)] = 0
    sizes[0] = 0
    if sizes.max() < LEAST_AREA:
        return None
    return ndimage.binary_fill_holes(labels == sizes.argmax())
