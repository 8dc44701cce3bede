"""One particle on the camera's pixels: where its image lies, and its light relative to the background."""

from dataclasses import dataclass

import numpy as np
from scipy.fft import next_fast_len

from stages.common.params.simulate import Irregular, Kind, LargeBubble, Platform, Sphere
from stages.simulate.optics import large_bubbles, screens
from stages.simulate.optics.microscope import Optics
from stages.simulate.optics.spheres import SKIRT_UM, SphereTable
from stages.simulate.shapes import SHAPES
from stages.simulate.shapes.body import FINER, Body

ROOM_UM = 3.0  # around what rays reach: two fringes
RIM_KIND = "air_bubble"  # whose table gives the rim of large bubbles


@dataclass(frozen=True)
class Scene:
    """What all images of a run share: the instrument, the kinds, and the tables of the kinds that are spheres."""

    platform: Platform
    kinds: dict[str, Kind]
    tables: dict[str, SphereTable]

    @property
    def optics(self) -> Optics:
        platform = self.platform
        return Optics(platform.wavelength_um, platform.aperture, platform.condenser, platform.pixel_um)


def window(scene: Scene, body) -> tuple[int, int, int]:
    """Top and left corner, px, and edge of the square that holds the image of `body`, a row of the suspension."""
    pixel = scene.platform.pixel_um
    skirt = min(ROOM_UM + abs(body.z_um) * np.tan(scene.optics.steepest_angle), SKIRT_UM)
    if isinstance(scene.kinds[body.kind], Irregular):
        edge = next_fast_len(int(np.ceil((body.diameter_um + 2 * skirt) / pixel)), real=True)
        return round(body.y_px) - edge // 2, round(body.x_px) - edge // 2, edge
    reach = (body.diameter_um / 2 + body.partner_um + skirt) / pixel
    return int(np.floor(body.y_px - reach)), int(np.floor(body.x_px - reach)), int(np.ceil(2 * reach)) + 1


def image(scene: Scene, body) -> np.ndarray:
    """Intensity relative to the background over the `window` of `body`, float32."""
    match scene.kinds[body.kind]:
        case Sphere():
            return _spheres(scene, body)
        case LargeBubble():
            y, x = _from_centre_um(scene, body)
            table, depth = scene.tables[RIM_KIND], scene.platform.depth_um
            radius = body.diameter_um / 2
            return large_bubbles.relative_intensity(scene.optics, table, radius, depth, body.z_um, np.hypot(y, x))
        case Irregular() as kind:
            return screens.relative_intensity(
                scene.optics, body_of(kind, scene, body), body.z_um, window(scene, body)[2]
            )


def body_of(kind: Irregular, scene: Scene, body) -> Body:
    """The form of a particle that isn't a sphere."""
    random = np.random.default_rng(body.seed)
    low, high = kind.index
    index = random.uniform(low, high) + 1j * kind.absorption
    step = scene.platform.pixel_um / FINER
    edge = FINER * int(np.ceil(body.diameter_um / scene.platform.pixel_um) + 4)
    return Body(*SHAPES[kind.shape](random, body.diameter_um, edge, step), index)


def _spheres(scene: Scene, body) -> np.ndarray:
    """A sphere, or two that touch: the product of both images. A flattened one is a sphere's image, pressed."""
    table = scene.tables[body.kind]
    y, x = _from_centre_um(scene, body)
    sine, cosine = np.sin(body.angle), np.cos(body.angle)
    press = np.sqrt(1 - body.flattening)
    along, across = (cosine * x + sine * y) * press, (cosine * y - sine * x) / press
    picture = table.render(body.diameter_um / 2, body.z_um, np.hypot(along, across))
    if body.partner_um > 0:
        distance = (body.diameter_um + body.partner_um) / 2
        away = np.hypot(y - distance * sine, x - distance * cosine)
        picture = picture * table.render(body.partner_um / 2, body.z_um, away)
    return picture


def _from_centre_um(scene: Scene, body) -> tuple[np.ndarray, np.ndarray]:
    top, left, edge = window(scene, body)
    y, x = np.mgrid[:edge, :edge].astype(np.float32)
    pixel = scene.platform.pixel_um
    return (y + (top - body.y_px)) * pixel, (x + (left - body.x_px)) * pixel
