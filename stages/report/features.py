"""The map of learned features: points, and one sheet with the pictures that belong to them."""

import base64
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from stages.report.particles import read_crops

MAP = Path("metrics/map.csv")
MOST = 2000  # points: more make a page heavy and tell no more
COLUMNS = 40  # pictures in a row of the sheet
WIDTH, HEIGHT, MARGIN = 1000, 620, 20  # of the drawing, in its own units
QUALITY = 75  # of WebP: to recognise a particle by, not to judge it


def read_map(particles: pd.DataFrame, classes: list[str]) -> dict | None:
    """Points with their places in the drawing, and the sheet of their pictures; None where no map was made."""
    table = pd.read_csv(MAP) if MAP.is_file() else pd.DataFrame()
    if table.empty:
        return None
    every = -(-len(table) // MOST)
    shown = table.iloc[::every].reset_index(drop=True)
    crops = read_crops(shown)
    shown = shown[shown["particle_id"].isin(crops)].reset_index(drop=True)
    if shown.empty:
        return None
    sizes = particles.set_index("particle_id")["um"]
    platforms = sorted(table["platform"].unique())
    points = [
        {
            "x": round(x, 1),
            "y": round(y, 1),
            "class": classes.index(row["class"]) if row["class"] in classes else len(classes),
            "platform": platforms.index(row["platform"]),
            "run": row["run"],
            "um": None if pd.isna(um := sizes.get(row["particle_id"])) else round(float(um), 1),
        }
        for row, x, y in zip(shown.to_dict("records"), *_places(shown), strict=True)
    ]
    images = [crops[name] for name in shown["particle_id"]]
    return {
        "points": points,
        "of": len(table),
        "platforms": platforms,
        "width": WIDTH,
        "height": HEIGHT,
        "sheet": sheet(images),
        "columns": COLUMNS,
        "edge": images[0].shape[0],
    }


def _places(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates in the drawing, y upwards; both axes on one scale, as distances on a map need."""
    x, y = table["x"].to_numpy(float), table["y"].to_numpy(float)
    scale = min((WIDTH - 2 * MARGIN) / max(np.ptp(x), 1e-9), (HEIGHT - 2 * MARGIN) / max(np.ptp(y), 1e-9))
    left = (WIDTH - scale * np.ptp(x)) / 2
    top = (HEIGHT - scale * np.ptp(y)) / 2
    return left + scale * (x - x.min()), top + scale * (y.max() - y)


def sheet(images: list[np.ndarray]) -> str:
    """One picture of all `images`, in rows."""
    edge = images[0].shape[0]
    grey = np.full((-(-len(images) // COLUMNS) * edge, COLUMNS * edge), 255, np.uint8)
    for number, image in enumerate(images):
        top, left = number // COLUMNS * edge, number % COLUMNS * edge
        grey[top : top + edge, left : left + edge] = image
    file = BytesIO()
    Image.fromarray(grey).save(file, format="WEBP", quality=QUALITY, method=4)
    return "data:image/webp;base64," + base64.b64encode(file.getvalue()).decode("ascii")
