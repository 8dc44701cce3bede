"""Draw the pictures of docs/simulator.md: `python -m docs.simulator`."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np

from benchmarks.simulate_looks import exported
from stages.common.params.whole import read_all
from stages.simulate.instrument.measured import frames_of
from stages.simulate.instrument.particle import Scene, image, window
from stages.simulate.study import runs_of, table_of, tables_needed

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
PLATFORM = "A"
DIAMETER_UM = {"cellulose": 40.0}
DEFOCUS_UM = [-35, -20, -10, 0, 10, 20, 35, 50]
CROP_PX = 80
SEED = 5


def main() -> None:
    settings = read_all(ROOT / "params.yaml").simulate
    runs = [run for run in runs_of(settings) if run.platform_name == PLATFORM]
    tables = {each: table_of(settings, *each) for each in tables_needed(settings, runs)}
    scene = Scene(settings.platforms[PLATFORM], settings.kinds, {kind: table for (_, kind), table in tables.items()})
    PICTURES.mkdir(exist_ok=True)
    by_defocus(scene)
    frames(scene, runs)
    for name in ("protein", "silicone_oil", "air_bubble", "foreign"):
        crops(settings, tables, name)


def by_defocus(scene: Scene) -> None:
    kinds = [kind for kind in scene.kinds if kind != "large_bubble"]
    figure, axes = plt.subplots(len(kinds), len(DEFOCUS_UM), figsize=(9, 1.12 * len(kinds)), layout="compressed")
    for row, kind in zip(axes, kinds, strict=True):
        diameter = DIAMETER_UM.get(kind, 10.0)
        for axis, z in zip(row, DEFOCUS_UM, strict=True):
            axis.imshow(_alone(scene, kind, diameter, z), cmap="gray", vmin=0, vmax=255)
            axis.set(xticks=[], yticks=[])
        row[0].set_ylabel(f"{kind.replace('_', ' ')}\n{diameter:g} µm", fontsize=8)
    for axis, z in zip(axes[0], DEFOCUS_UM, strict=True):
        axis.set_title(f"z {z:+d} µm", fontsize=8)
    figure.suptitle("Simulated particles at several distances to the plane in focus, without noise", fontsize=10)
    _save(figure, "defocus")


def _alone(scene: Scene, kind: str, diameter_um: float, z_um: float) -> np.ndarray:
    body = SimpleNamespace(kind=kind, y_px=200.0, x_px=200.0, z_um=float(z_um), diameter_um=diameter_um)
    body = SimpleNamespace(**vars(body), partner_um=0.0, flattening=0.0, angle=0.0, seed=SEED)
    top, left, edge = window(scene, body)
    canvas = np.ones((400, 400), np.float32)
    canvas[top : top + edge, left : left + edge] = image(scene, body)
    shown = slice(200 - CROP_PX // 2, 200 + CROP_PX // 2)
    return scene.platform.background * canvas[shown, shown]


def frames(scene: Scene, runs: list) -> None:
    """A frame of each of two suspensions, as the camera takes it."""
    figure, axes = plt.subplots(1, 2, figsize=(10, 4), layout="compressed")
    for axis, name in zip(axes, ("protein", "air_bubble"), strict=True):
        run = replace(next(run for run in runs if run.sample_name == name), frames=60)
        frame = max((frame for frame, _ in frames_of(run, scene, SEED)), key=lambda frame: len(frame.regions))
        noise = scene.platform.noise * np.random.default_rng(SEED).standard_normal(frame.empty.shape)
        levels = frame.empty + noise
        for patch in frame.patches:
            height, width = patch.levels.shape
            levels[patch.top : patch.top + height, patch.left : patch.left + width] = patch.levels
        axis.imshow(levels, cmap="gray", vmin=0, vmax=255)
        axis.set(xticks=[], yticks=[], title=f"{name.replace('_', ' ')}, {len(frame.regions)} regions exported")
    figure.suptitle("Simulated frames, 710 x 532 µm", fontsize=10)
    _save(figure, "frames")


def crops(settings, tables: dict, name: str) -> None:
    """Exported crops of a run, none chosen, each drawn to one scale."""
    rows, columns, edge = 4, 14, 90
    sheet = np.full((rows * edge, columns * edge), 255.0)
    regions = exported(settings, tables, name, rows * columns, SEED)
    for i, (region, _, _) in zip(range(rows * columns), regions, strict=False):
        crop = region.crop[: edge - 4, : edge - 4]
        y, x = i // columns * edge, i % columns * edge
        sheet[y : y + crop.shape[0], x : x + crop.shape[1]] = crop
    figure, axis = plt.subplots(figsize=(10, 3.2), layout="compressed")
    axis.imshow(sheet, cmap="gray", vmin=0, vmax=255)
    axis.plot([10, 10 + 20 / settings.platforms[PLATFORM].pixel_um], [rows * edge - 6] * 2, color="black", lw=2)
    axis.text(10 + 22 / settings.platforms[PLATFORM].pixel_um, rows * edge - 2, "20 µm", fontsize=7)
    axis.set_axis_off()
    axis.set_title(f"Simulated: exported regions of a run of {name.replace('_', ' ')} (large ones are cut)", fontsize=9)
    _save(figure, f"crops_{name}")


def _save(figure, name: str) -> None:
    figure.savefig(PICTURES / f"{name}.png", dpi=110, metadata={"Software": None})
    plt.close(figure)


if __name__ == "__main__":
    main()
