"""From crops of any size, colour and background to equal squares: compiled, for hundreds of thousands of crops.

Resizing is antialiased: a triangle filter that widens as the image shrinks, in fixed-point numbers. The pixels are
those of Pillow's bilinear resize (22 bits of fixed point, each pass rounded to 8 bits), against which the tests hold
them; only those of the square asked for are computed. All that is compiled stands in this one file, for numba's cache
of compiled code doesn't notice when another file changes.
"""

import numba
import numpy as np

# Luma of ITU-R BT.601, section 2.5.1, in thousandths: what "grey" means for a colour camera's picture.
RED, GREEN, BLUE = 299, 587, 114
RING_PX = 2
AS_IT_IS = -1  # a background level that isn't asked for
NEAR = (30.0, 15.0, 12.0)  # grey levels, in each round of fitting a plane
MOST = 0.5
BITS = 22
HALF = 1 << (BITS - 1)

Weights = tuple[np.ndarray, np.ndarray, np.ndarray]  # first pixel, number of pixels, their weights


@numba.njit(nogil=True, cache=True)
def fill_squares(
    filled: np.ndarray,
    content: np.ndarray,
    starts: np.ndarray,
    shapes: np.ndarray,
    windows: np.ndarray,
    level: int,
    plane: bool,
) -> None:
    """Fill `filled`, uint8 (N, edge, edge), from crops one after another in `content`, which begin at `starts`: int64
    (N + 1,). `shapes`: int64 (N, 3) of height, width and channels; `windows`: int64 (N, 4) as windows.py gives
    them; `level`: where the background shall lie, or AS_IT_IS; `plane`: whether its slope is taken off too."""
    for i in range(len(filled)):
        height, width, channels = shapes[i]
        grey = to_grey(content[starts[i] : starts[i + 1]].reshape((height, width, channels)))
        if level != AS_IT_IS:
            grey = flattened(grey, level) if plane else levelled(grey, level)
        scaled_height, scaled_width, top, left = windows[i]
        background = int(np.rint(background_of(grey)))
        resized_square(grey, scaled_height, scaled_width, top, left, background, filled[i])


@numba.njit(nogil=True, cache=True)
def to_grey(pixels: np.ndarray) -> np.ndarray:
    """uint8 (H, W, 1) or (H, W, 3) -> uint8 (H, W). Whole numbers throughout, so that every machine rounds alike."""
    height, width, channels = pixels.shape
    if channels == 1:
        return pixels[:, :, 0]
    grey = np.empty((height, width), np.uint8)
    for y in range(height):
        for x in range(width):
            luma = RED * int(pixels[y, x, 0]) + GREEN * int(pixels[y, x, 1]) + BLUE * int(pixels[y, x, 2])
            grey[y, x] = (luma + 500) // 1000
    return grey


@numba.njit(nogil=True, cache=True)
def background_of(grey: np.ndarray) -> float:
    """Grey level of the background: the median of the outermost pixels, where the instrument leaves a margin.

    The median holds as long as the particle covers less than half of the ring.
    """
    height, width = grey.shape
    counts = np.zeros(256, np.int64)
    for y in range(height):
        if y < RING_PX or y >= height - RING_PX:
            for x in range(width):
                counts[grey[y, x]] += 1
        else:
            for x in range(min(RING_PX, width)):
                counts[grey[y, x]] += 1
            for x in range(max(RING_PX, width - RING_PX), width):
                counts[grey[y, x]] += 1
    below = np.cumsum(counts)
    middle = below[-1] - 1  # twice the rank, from 0, in the middle of the ring's pixels
    lower = np.searchsorted(below, middle // 2, side="right")
    upper = np.searchsorted(below, (middle + 1) // 2, side="right")
    return (lower + upper) / 2


@numba.njit(nogil=True, cache=True)
def levelled(grey: np.ndarray, level: int) -> np.ndarray:
    """Shift all grey levels by one constant so that the background lies at `level`; clip to 0..255."""
    shift = level - background_of(grey)
    table = np.empty(256, np.uint8)
    for value in range(256):
        table[value] = min(max(np.rint(value + shift), 0), 255)
    shifted = np.empty(grey.shape, np.uint8)
    for y in range(grey.shape[0]):
        for x in range(grey.shape[1]):
            shifted[y, x] = table[grey[y, x]]
    return shifted


@numba.njit(nogil=True, cache=True)
def flattened(grey: np.ndarray, level: int) -> np.ndarray:
    """Take off the plane of the background, so that it lies at `level` everywhere; clip to 0..255."""
    middle, along_y, along_x = plane_of(grey)
    height, width = grey.shape
    flat = np.empty(grey.shape, np.uint8)
    for y in range(height):
        for x in range(width):
            background = middle + along_y * (y - (height - 1) / 2) + along_x * (x - (width - 1) / 2)
            flat[y, x] = min(max(np.rint(grey[y, x] - background + level), 0), 255)
    return flat


@numba.njit(nogil=True, cache=True)
def plane_of(grey: np.ndarray) -> tuple[float, float, float]:
    """Grey level of the background in the middle, and its slopes a pixel down and across: least squares over those of
    the outermost pixels that lie within NEAR of the last plane, beginning with the median. Where these are less than
    MOST of the ring, or lie in a line, something but background crosses it, and the plane is level.
    """
    height, width = grey.shape
    level = background_of(grey)
    middle, along_y, along_x = level, 0.0, 0.0
    for near in NEAR:
        ring = 0
        n = sum_y = sum_x = sum_yy = sum_yx = sum_xx = sum_g = sum_yg = sum_xg = 0.0
        for i in range(height):
            inner = RING_PX <= i < height - RING_PX and width > 2 * RING_PX
            for place in range(2 * RING_PX if inner else width):
                j = place + width - 2 * RING_PX if inner and place >= RING_PX else place
                ring += 1
                y, x = i - (height - 1) / 2, j - (width - 1) / 2
                g = grey[i, j] - level
                if abs(grey[i, j] - (middle + along_y * y + along_x * x)) > near:
                    continue
                n += 1.0
                sum_y, sum_x, sum_g = sum_y + y, sum_x + x, sum_g + g
                sum_yy, sum_yx, sum_xx = sum_yy + y * y, sum_yx + y * x, sum_xx + x * x
                sum_yg, sum_xg = sum_yg + y * g, sum_xg + x * g
        if n < MOST * ring:
            return level, 0.0, 0.0
        mean_y, mean_x, mean_g = sum_y / n, sum_x / n, sum_g / n
        yy, yx, xx = sum_yy - n * mean_y**2, sum_yx - n * mean_y * mean_x, sum_xx - n * mean_x**2
        yg, xg = sum_yg - n * mean_y * mean_g, sum_xg - n * mean_x * mean_g
        determinant = yy * xx - yx * yx
        if determinant <= 1e-6 * max(yy, xx) ** 2:
            return level, 0.0, 0.0
        along_y, along_x = (yg * xx - xg * yx) / determinant, (xg * yy - yg * yx) / determinant
        middle = level + mean_g - along_y * mean_y - along_x * mean_x
    return middle, along_y, along_x


@numba.njit(nogil=True, cache=True)
def triangle_weights(length: int, scaled: int, start: int, stop: int) -> Weights:
    """Of the resized pixels start..stop of a line of `length` px resized to `scaled` px: the first pixel that each is
    made from, how many, and their weights (fixed point), int64 (stop - start, most)."""
    step = length / scaled
    reach = max(step, 1.0)
    firsts = np.empty(stop - start, np.int64)
    counts = np.empty(stop - start, np.int64)
    weights = np.zeros((stop - start, int(np.ceil(reach)) * 2 + 1), np.int64)
    for row in range(stop - start):
        centre = (start + row + 0.5) * step
        first = max(int(centre - reach + 0.5), 0)
        count = min(int(centre + reach + 0.5), length) - first
        total = 0.0
        for tap in range(count):
            total += max(1.0 - abs((tap + first - centre + 0.5) * (1.0 / reach)), 0.0)
        for tap in range(count):
            share = max(1.0 - abs((tap + first - centre + 0.5) * (1.0 / reach)), 0.0) / total
            weights[row, tap] = int(share * (1 << BITS) + 0.5)
        firsts[row], counts[row] = first, count
    return firsts, counts, weights


@numba.njit(nogil=True, cache=True)
def resized_square(
    grey: np.ndarray, height: int, width: int, top: int, left: int, background: int, square: np.ndarray
) -> None:
    """Fill `square`, uint8 (edge, edge), with what lies from (top, left) on in `grey` resized to `height` x `width`
    px; with `background` beyond it."""
    edge = square.shape[0]
    square[:] = background
    y_start, y_stop = max(top, 0), min(top + edge, height)
    x_start, x_stop = max(left, 0), min(left + edge, width)
    inner = square[y_start - top : y_stop - top, x_start - left : x_stop - left]
    rows = triangle_weights(grey.shape[0], height, y_start, y_stop)
    columns = triangle_weights(grey.shape[1], width, x_start, x_stop)
    lost_rows, lost_columns = grey.shape[0] - height, grey.shape[1] - width
    if lost_rows > 2 * max(lost_columns, 0):  # the pass that leaves less for the other comes first, by Pillow's rule
        between = weighed_rows(grey, rows, 0)
        inner[:] = weighed_rows(np.ascontiguousarray(between.T), columns, 0).T
    else:
        above, below = rows[0][0], rows[0][-1] + rows[1][-1]
        between = weighed_rows(np.ascontiguousarray(grey[above:below].T), columns, 0)
        inner[:] = weighed_rows(np.ascontiguousarray(between.T), rows, above)


@numba.njit(nogil=True, cache=True)
def weighed_rows(grey: np.ndarray, rows: Weights, above: int) -> np.ndarray:
    """A row for each of `rows`, the weighted sum of rows of `grey`, which begins at row `above` of the crop. Whole rows
    are added, which processors do many pixels at a time; 255 * 2^22 and what rounding adds are below 2^31."""
    firsts, counts, weights = rows
    width = grey.shape[1]
    weighed = np.empty((len(firsts), width), np.uint8)
    total = np.empty(width, np.int32)
    for y in range(len(firsts)):
        total[:] = HALF
        for tap in range(counts[y]):
            weight = np.int32(weights[y, tap])
            line = grey[firsts[y] - above + tap]
            for x in range(width):
                total[x] += np.int32(line[x]) * weight
        for x in range(width):
            weighed[y, x] = min(total[x] >> BITS, 255)
    return weighed
