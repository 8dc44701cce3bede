"""What the page shows. Files are named by the parameters, never found by listing folders: stale ones may lie about.

A metrics file or picture that was not made is None; the page says so.
"""

import base64
from io import BytesIO
from pathlib import Path

import pandas as pd
from PIL import Image

from stages.common.base.files import read_json
from stages.common.base.origin import origin_of
from stages.common.base.parameters import Block
from stages.common.names import classifier_name
from stages.common.params.assemble import Assemble
from stages.common.params.classes import Classes
from stages.common.params.classify import Classify
from stages.report.answer import answer_rows, best_networks, gain_of_synthetic, thresholds_of, verdict_counts
from stages.report.checks import checks_of
from stages.report.features import read_map
from stages.report.particles import read_particles, shown_of_classes
from stages.report.second_look import second_look

GENERATOR_PICTURES = ("loss", "samples", "shape", "interpolation", "trajectory", "real_and_generated", "neighbours")
NETWORK_PICTURES = ("confusion", "precision_recall")
COMPARISON_PICTURES = ("counts", "ratio", "classes", "dilution", "agreement", "transfer", "beads", "sizes", "confusion")
REJECTS_SHOWN = 20


class Parameters(Block):
    """What the page reads of params.yaml."""

    seed: int
    classes: Classes
    assemble: Assemble
    classify: Classify


def picture(path: str | Path) -> dict | None:
    """A PNG as the address of itself, so that the page needs no other file: as WebP without loss, which is smaller.
    Its width and height let a browser keep its place."""
    path = Path(path)
    if not path.is_file():
        return None
    file = BytesIO()
    with Image.open(path) as image:
        flat = image.convert("RGB")
        flat.save(file, format="WEBP", lossless=True, method=4)
        size = {"width": flat.width, "height": flat.height}
    return {"source": "data:image/webp;base64," + base64.b64encode(file.getvalue()).decode("ascii"), **size}


def metrics(path: str | Path) -> dict | None:
    return read_json(path) if Path(path).is_file() else None


def rows(table: pd.DataFrame) -> list[dict]:
    """One dict a row, None for what is missing."""
    return table.astype(object).where(table.notna(), None).to_dict("records")


def csv_rows(path: str | Path) -> list[dict]:
    return rows(pd.read_csv(path)) if Path(path).is_file() else []


def pictures_in(folder: str | Path, names: tuple[str, ...]) -> dict[str, dict | None]:
    return {name: picture(Path(folder) / f"{name}.png") for name in names}


def read_rejects(path: str | Path) -> dict:
    """The first rows refused, and how often each reason was given."""
    table = pd.read_csv(path, dtype={"line": "Int64"})
    reasons = table["reason"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    return {
        "count": len(table),
        "first": rows(table.head(REJECTS_SHOWN)),
        "reasons": {reason: int(count) for reason, count in reasons.head(REJECTS_SHOWN).items()},
    }


def read_inputs(params: Parameters) -> dict:
    """Everything that the templates use, read by the names in `params`."""
    runs = pd.read_parquet("data/ingested/runs.parquet")
    names = [classifier_name(d, a) for d in params.assemble.datasets for a in params.classify.architectures]
    networks = {
        name: {
            "metrics": metrics(f"metrics/classify/{name}.json"),
            "pictures": pictures_in(f"plots/classify/{name}", NETWORK_PICTURES),
        }
        for name in names
    }
    compare = metrics("metrics/compare.json")
    best = best_networks({name: network["metrics"] for name, network in networks.items()})
    packed = metrics("metrics/pack.json") or {}
    table_summary = metrics("metrics/table.json")
    particles = read_particles(runs["run"])
    inputs = {
        "classes": params.classes.names,
        "origin": origin_of(runs),
        "runs": rows(runs),
        "rejects": read_rejects("data/ingested/rejects.csv"),
        "ingest": metrics("metrics/ingest.json"),
        "split": metrics("metrics/split.json"),
        "generators": {
            label: {
                "metrics": metrics(f"metrics/quality/{label}.json"),
                "pictures": pictures_in(f"plots/diffusion/{label}", GENERATOR_PICTURES),
            }
            for label in params.classes.minority
        },
        "networks": networks,
        "best": best,
        "table": csv_rows("metrics/table.csv"),
        "table_summary": table_summary,
        "synthetic": gain_of_synthetic(table_summary or {}),
        "compare": compare,
        "margins": (metrics("metrics/comparability.json") or {}).get("margins", {}),
        "thresholds": thresholds_of((compare or {}).get("counts") or {}),
        "answer": answer_rows(
            compare or {}, dict(zip(runs["sample"], runs["role"], strict=True)), csv_rows("metrics/classes.csv")
        ),
        "predicted": metrics("metrics/predict.json"),
        "packed": packed,
        "packed_pictures": {
            platform: pictures_in(
                f"plots/pack/{platform}", ("reliability", "review", *map("seen_{}".format, params.classes.names))
            )
            for platform in packed
        },
        "verdicts": verdict_counts(compare or {}),
        "beads": csv_rows("metrics/beads.csv"),
        "compare_pictures": pictures_in("plots/compare", COMPARISON_PICTURES),
        "particles": shown_of_classes(particles, params.classes.names),
        "map": read_map(particles, params.classes.names),
        "second_look": second_look(best, particles, params.classes.names, params.seed),
    }
    return inputs | {"checks": checks_of(inputs)}
