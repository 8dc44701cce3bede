"""Particles as the instrument saw them: whole, at its own scale, with a scale bar."""

import base64
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from stages.common.particles import size_column

INGESTED = Path("data/ingested")
NORMALIZED = Path("data/normalized")
DIAMETERS = ("abd_um", "ecd_um", "esd_um")
TOLD = ["particle_id", "run", "platform", "class", "source_id", *DIAMETERS, "pixel_um", "height", "width"]
EACH = 12  # particles shown of a class, of all platforms together
LARGEST_PX = 160  # longest edge of a picture that is shown as it is; larger ones are halved until they fit
ENLARGED = 2  # screen pixels for each pixel of the camera
BAR_UM = 10
TRIMMED = 0.02  # share of the smallest and of the largest particles of a class that is never shown


def read_particles(runs: Iterable[str]) -> pd.DataFrame:
    """A row a particle with a picture, without the pixels; column `um`: the diameter that its platform goes by."""
    tables = [pd.read_parquet(INGESTED / f"{run}.parquet", columns=TOLD) for run in runs]
    if not tables:
        return pd.DataFrame(columns=[*TOLD, "um"])
    table = pd.concat([own for own in tables if len(own)] or tables, ignore_index=True)
    sized = [table[table["platform"] == platform].assign(um=_sizes) for platform in sorted(table["platform"].unique())]
    table = pd.concat(sized, ignore_index=True) if sized else table.assign(um=None)
    return table[table["height"].notna()].reset_index(drop=True)


def _sizes(table: pd.DataFrame) -> pd.Series:
    known = {name: bool(table[name].notna().any()) for name in DIAMETERS}
    return table[size_column(known)].astype(float) if any(known.values()) else pd.Series(np.nan, table.index)


def shown_of_classes(particles: pd.DataFrame, classes: list[str]) -> dict[str, list[dict]]:
    """Class -> some of its particles from small to large, of each platform as many; a class without any is absent."""
    result = {}
    for name in classes:
        own = particles[particles["class"] == name]
        platforms = sorted(own["platform"].unique())
        if platforms:
            each = max(1, EACH // len(platforms))
            chosen = [spread(own[own["platform"] == platform], each) for platform in platforms]
            result[name] = whole_particles(pd.concat(chosen, ignore_index=True))
    return result


def spread(particles: pd.DataFrame, count: int) -> pd.DataFrame:
    """At most `count` rows at even steps of the particles' order by size."""
    ordered = particles.sort_values(["um", "particle_id"], kind="stable")
    places = np.linspace(TRIMMED, 1 - TRIMMED, count) * (len(ordered) - 1)
    return ordered.iloc[np.unique(places.round().astype(int))]


def whole_particles(particles: pd.DataFrame) -> list[dict]:
    """What a template shows of each row: its picture as the instrument gave it, and the scale bar's length."""
    images = read_whole(particles)
    return [_shown(row, images[row["particle_id"]]) for row in particles.to_dict("records")]


def _shown(row: dict, image: np.ndarray) -> dict:
    halved = 0
    while max(image.shape[:2]) > LARGEST_PX:
        image = np.asarray(Image.fromarray(image).resize((max(1, image.shape[1] // 2), max(1, image.shape[0] // 2))))
        halved += 1
    height, width = image.shape[:2]
    um = row["um"]
    return {
        "particle_id": row["particle_id"],
        "source_id": row["source_id"],
        "run": row["run"],
        "platform": row["platform"],
        "class": row["class"],
        "um": None if pd.isna(um) else float(um),
        "source": data_uri(image),
        "width": width * ENLARGED,
        "height": height * ENLARGED,
        "bar": None if pd.isna(row["pixel_um"]) else round(BAR_UM / row["pixel_um"] * ENLARGED / 2**halved, 1),
        "halved": halved,
    }


def read_whole(particles: pd.DataFrame) -> dict[str, np.ndarray]:
    """Id -> (H, W) or (H, W, 3) uint8, of the runs' own pictures."""
    images = {}
    for run, own in particles.groupby("run"):
        table = pd.read_parquet(
            INGESTED / f"{run}.parquet",
            columns=["particle_id", "image", "height", "width", "channels"],
            filters=[("particle_id", "in", list(own["particle_id"]))],
        )
        for row in table.itertuples():
            pixels = np.frombuffer(row.image, np.uint8).reshape(int(row.height), int(row.width), -1)
            images[row.particle_id] = pixels[:, :, 0] if pixels.shape[2] == 1 else pixels
    return images


def read_crops(particles: pd.DataFrame) -> dict[str, np.ndarray]:
    """Id -> (H, W) uint8, what a network sees."""
    images = {}
    for run, own in particles.groupby("run"):
        ids = pd.read_parquet(NORMALIZED / f"{run}.parquet", columns=["particle_id"])["particle_id"]
        place = {name: number for number, name in enumerate(ids)}
        packed = np.load(NORMALIZED / f"{run}.npy", mmap_mode="r", allow_pickle=False)
        images |= {name: np.array(packed[place[name]]) for name in own["particle_id"] if name in place}
    return images


def data_uri(image: np.ndarray) -> str:
    """An image as the address of itself, every grey level kept."""
    file = BytesIO()
    Image.fromarray(image).save(file, format="PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")
