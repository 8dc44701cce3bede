"""The answer as one page that needs no other file: counts first, then what to look at."""

from pathlib import Path

import numpy as np
import pandas as pd
from jinja2 import StrictUndefined

from stages.common import words
from stages.common.base.origin import MEASURED
from stages.common.html import page_environment
from stages.predict.answering.answer import Answer
from stages.predict.answering.shown import UNKNOWN, Gallery
from stages.predict.model.model import Model
from stages.predict.pages.images import data_uri, overlaid
from stages.predict.pages.sentences import amount

TEMPLATES = Path(__file__).with_name("templates")
FILTERS = {
    "named": words.named,
    "digits": words.digits,
    "percent": words.percent,
    "whole": words.whole,
    "score": words.score,
}


def run_page(answer: Answer, model: Model) -> str:
    """HTML for one run."""
    particles = answer.particles
    review, unknown = (int(np.count_nonzero(particles[name].drop_null().to_numpy())) for name in ("review", "unknown"))
    return _rendered(
        "run.html.j2",
        facts=answer.facts,
        tables=_tables(answer.counts),
        by_volume=bool(answer.counts["per_ml_high"].notna().any()),
        alarm=answer.alarm,
        warnings=answer.warnings,
        notes=answer.notes,
        foreign=answer.foreign,
        drift=answer.drift,
        particles=len(particles),
        review=review,
        unknown=unknown,
        unlike=_gallery(answer.seen.shown.get(UNKNOWN), None, model),
        galleries={
            name: _gallery(answer.seen.shown.get(name), number, model)
            for number, name in enumerate(model.manifest.classes)
        },
        **_of_model(model),
    )


def sample_page(name: str, counts: pd.DataFrame, answers: list[Answer], model: Model) -> str:
    """HTML for several runs of one sample, counted together."""
    return _rendered(
        "sample.html.j2",
        sample=name,
        tables=_tables(counts),
        by_volume=bool(counts["per_ml_high"].notna().any()),
        runs=[(answer.facts.run, answer.alarm, _tables(answer.counts)[0][1]) for answer in answers],
        alarmed=[answer.facts.run for answer in answers if answer.alarm],
        simulated=any(answer.facts.simulated for answer in answers),
        **_of_model(model),
    )


def _rendered(template: str, **values) -> str:
    """Every name and text from the data is escaped."""
    environment = page_environment(TEMPLATES, StrictUndefined)
    environment.filters.update(FILTERS)
    return environment.get_template(template).render(MEASURED=MEASURED, infinite=np.inf, **values)


def _of_model(model: Model) -> dict:
    return {"manifest": model.manifest, "judged": model.manifest.judged, "digest": model.digest}


def _tables(counts: pd.DataFrame) -> list[tuple[float, list[dict]]]:
    """Thresholds in um, 0 for all sizes, each with the rows of its classes."""
    return [
        (
            threshold,
            [row._asdict() | {"amount": amount(row)} for row in own.rename(columns={"class": "name"}).itertuples()],
        )
        for threshold, own in counts.groupby("at_least_um", sort=True)
    ]


def _gallery(gallery: Gallery | None, number: int | None, model: Model) -> list[dict]:
    """The particles in order, with where the network sees the class `number`; None: what each is called."""
    if gallery is None:
        return []
    called = [model.manifest.classes.index(name) for name in gallery.rows["class"].to_pylist()]
    maps = model.network.maps(gallery.images)[np.arange(len(called)), called if number is None else number]
    return [
        {
            "image": data_uri(image),
            "map": data_uri(overlaid(image, seen_at)),
            "id": row["source_id"],
            "called": row["class"],
            "probability": row["probability"],
            "set": [name for name in row["set"].split("|") if name],
            "review": row["review"],
            "diameter": next((row[name] for name in ("abd_um", "ecd_um", "esd_um") if row[name] is not None), None),
        }
        for image, seen_at, row in zip(gallery.images, maps, gallery.rows.to_pylist(), strict=True)
    ]
