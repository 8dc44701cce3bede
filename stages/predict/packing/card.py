"""The model card: what a stranger has to know before the network's answers are used."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from stages.common import words
from stages.common.base.origin import MEASURED
from stages.predict.model.manifest import Manifest

FILTERS = {
    "named": words.named,
    "score": words.score,
    "digits": words.digits,
    "percent": words.percent,
    "whole": words.whole,
}


def card(manifest: Manifest) -> str:
    """Markdown."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(FILTERS)
    return environment.get_template("card.md.j2").render(
        manifest=manifest,
        judged=manifest.judged,
        MEASURED=MEASURED,
        synthetic=sum(manifest.images["synthetic"].values()),
    )
