"""What pictures that are worse than training's cost: `python -m benchmarks.predict_robustness [NETWORK...]`.

Corrupts raw crops of the project's validation runs (instrument A, at most PARTICLES of each class) before they are
normalized, in steps from none to severe, and tells the macro recall of each trained network (folders below
models/classifiers; default: the one that was packed), beside the clean one. The named alternative is the other way to
bring the background to one level: `normalize.background: level` shifts a crop, `plane` takes its slope off too.

ramp_loss_points        macro recall that a ramp from -10 to +10 grey levels across a crop costs, with `plane`
ramp_loss_points_level  the same with `level`
plane_minus_level       macro recall on clean crops, points, of a network that learnt with params.yaml's background
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from PIL import Image
from scipy import ndimage

from benchmarks.predict_study import answers, opened, packed_network
from benchmarks.result import write_result
from stages.common.base.seeds import random_of
from stages.common.confusion import confusion, recalls
from stages.common.params.normalize import Normalize
from stages.common.params.whole import Params, read_all
from stages.reading.normalizing.squares import squares

SEED = 29
PARTICLES = 150
RAMP = 10.0  # grey levels, from the middle to both ends

Random = np.random.Generator


def defocus(grey: np.ndarray, radius_px: float, place: float, random: Random) -> np.ndarray:
    """Blurred by a disc, as geometrical optics has it; rings of a real defocus are left out."""
    reach = int(np.ceil(radius_px))
    across = np.arange(-reach, reach + 1)
    disc = np.clip(radius_px + 0.5 - np.hypot(across[:, None], across), 0, 1)
    return ndimage.convolve(grey, disc / disc.sum(), mode="nearest")


def focus_drift(grey: np.ndarray, radius_px: float, place: float, random: Random) -> np.ndarray:
    """Defocus that grows from nothing at the run's start to `radius_px` at its end."""
    return defocus(grey, radius_px * place, place, random)


def blur(grey: np.ndarray, sd_px: float, place: float, random: Random) -> np.ndarray:
    return ndimage.gaussian_filter(grey, sd_px, mode="nearest")


def noise(grey: np.ndarray, sd: float, place: float, random: Random) -> np.ndarray:
    return grey + random.normal(0, sd, grey.shape)


def contrast(grey: np.ndarray, factor: float, place: float, random: Random) -> np.ndarray:
    middle = np.median(grey)
    return middle + factor * (grey - middle)


def brightness(grey: np.ndarray, factor: float, place: float, random: Random) -> np.ndarray:
    return factor * grey


def pixel_size(grey: np.ndarray, factor: float, place: float, random: Random) -> np.ndarray:
    """Seen by a camera whose pixels are `factor` times as large."""
    size = [max(4, round(length / factor)) for length in grey.shape[::-1]]
    return np.asarray(Image.fromarray(grey.astype(np.float32)).resize(size, Image.Resampling.BILINEAR), float)


def stain(grey: np.ndarray, depth: float, place: float, random: Random) -> np.ndarray:
    """A soft dark spot at a random place, as wide as a quarter of the crop."""
    y, x = (np.linspace(0, 1, length) - random.random() for length in grey.shape)
    return grey - depth * np.exp(-0.5 * (y[:, None] ** 2 + x**2) / 0.25**2)


def ramp(grey: np.ndarray, amplitude: float, place: float, random: Random) -> np.ndarray:
    """From -`amplitude` to +`amplitude` across the crop, in a random direction."""
    angle = random.uniform(0, 2 * np.pi)
    y, x = (np.arange(length) - (length - 1) / 2 for length in grey.shape)
    slope = np.cos(angle) * x + np.sin(angle) * y[:, None]
    return grey + amplitude * slope / max(np.abs(slope).max(), 1e-9)


Corruption = Callable[[np.ndarray, float, float, Random], np.ndarray]
CORRUPTIONS: dict[str, tuple[Corruption, tuple[float, ...]]] = {
    "defocus": (defocus, (1.0, 2.0, 4.0)),
    "focus_drift": (focus_drift, (1.0, 2.0, 4.0)),
    "blur": (blur, (0.5, 1.0, 2.0)),
    "noise": (noise, (3.0, 6.0, 12.0)),
    "contrast": (contrast, (0.8, 0.6, 1.4)),
    "brightness": (brightness, (0.9, 0.8, 1.2)),
    "pixel_size": (pixel_size, (1.25, 1.6, 2.4)),
    "stain": (stain, (5.0, 10.0, 20.0)),
    "ramp": (ramp, (5.0, RAMP, 20.0)),
}


def validation(classes: list[str]) -> pd.DataFrame:
    """Ingested rows of the validation runs of instrument A, evenly over each class; `place`: in the run, 0 to 1."""
    splits = pd.read_parquet("data/splits.parquet")
    judged = splits[(splits["split"] == "validation") & (splits["platform"] == "A")]
    tables = []
    for run, own in judged.groupby("run"):
        table = pq.read_table(f"data/ingested/{run}.parquet").to_pandas()
        table = table[table["particle_id"].isin(own["particle_id"])]
        tables.append(table.assign(place=np.linspace(0, 1, len(table))))
    rows = pd.concat(tables)
    even = [
        own.iloc[np.linspace(0, len(own) - 1, min(len(own), PARTICLES)).round().astype(int)]
        for own in (rows[rows["class"] == name] for name in classes)
    ]
    return pd.concat(even, ignore_index=True)


def normalized(crops: list[np.ndarray], rows: pd.DataFrame, settings: Normalize, seed: int) -> np.ndarray:
    whole = [np.clip(np.rint(crop), 0, 255).astype(np.uint8) for crop in crops]
    shapes = np.array([[*crop.shape, 1] for crop in whole])
    content = np.concatenate([crop.ravel() for crop in whole])
    return squares(content, shapes, rows["pixel_um"].to_numpy(), rows["particle_id"].tolist(), settings, seed)


def corrupted(rows: pd.DataFrame, name: str, amount: float) -> list[np.ndarray]:
    """Raw crops as float64 (H, W), grey."""
    corrupt = CORRUPTIONS[name][0]
    crops = []
    for row in rows.itertuples():
        grey = np.frombuffer(row.image, np.uint8).reshape(row.height, row.width).astype(float)
        crops.append(corrupt(grey, amount, row.place, random_of(SEED, name, row.particle_id)))
    return crops


def judged(network: str, rows: pd.DataFrame, params: Params) -> dict[str, float]:
    """Macro recall in percent for each background, corruption and step."""
    session = opened(Path("models/classifiers") / network)
    label = pd.Index(params.classes.names).get_indexer(rows["class"])

    def recall(crops: list[np.ndarray], background: str) -> float:
        settings = params.normalize.model_copy(update={"background": background})
        called = answers(session, normalized(crops, rows, settings, params.seed))[0]
        return 100 * float(recalls(confusion(label, called, len(params.classes.names))).mean())

    found = {}
    for background in ("level", "plane"):
        found[f"{background}_clean"] = recall(corrupted(rows, "contrast", 1.0), background)
        for name, (_, amounts) in CORRUPTIONS.items():
            for amount in amounts:
                found[f"{background}_{name}_{amount:g}"] = recall(corrupted(rows, name, amount), background)
    return found


def main() -> None:
    networks = sys.argv[1:] or [packed_network()]
    params = read_all()
    rows = validation(params.classes.names)
    tables = {network: judged(network, rows, params) for network in networks}
    for network, table in tables.items():
        for key, value in table.items():
            print(f"{network:20} {key:24} {value:6.2f}")
    first = tables[networks[0]]
    figures = {
        "ramp_loss_points": first["plane_clean"] - first[f"plane_ramp_{RAMP:g}"],
        "ramp_loss_points_level": first["level_clean"] - first[f"level_ramp_{RAMP:g}"],
        "plane_minus_level": first["plane_clean"] - first["level_clean"],
        "particles": len(rows),
    }
    print(figures)
    packages = ("numpy", "scipy", "onnxruntime")
    write_result("predict_robustness", figures, packages, macro_recall=tables, origin="simulated")


if __name__ == "__main__":
    main()
