"""The page from its templates."""

from pathlib import Path

from jinja2 import ChainableUndefined

from stages.common import words
from stages.common.base.origin import MEASURED, MIXED
from stages.common.html import page_environment
from stages.report.answer import verdict_grid
from stages.report.comparability import IN_WORDS, conclusions, undecidable
from stages.report.forest import forest
from stages.report.particles import BAR_UM

TEMPLATES = Path(__file__).with_name("templates")
FILTERS = {
    "whole": words.whole,
    "digits": words.digits,
    "percent": words.percent,
    "score": words.score,
    "span": words.span,
    "named": words.named,
    "threshold": words.threshold,
    "verdict": words.verdict,
    "symbol": words.SYMBOLS.get,
}


def render(inputs: dict) -> str:
    """The whole page as HTML. Every name and text from the data is escaped."""
    environment = page_environment(TEMPLATES, ChainableUndefined)
    environment.filters.update(FILTERS)
    environment.globals.update(forest=forest, verdict_grid=verdict_grid, MEASURED=MEASURED, MIXED=MIXED, BAR_UM=BAR_UM)
    environment.globals.update(conclusions=conclusions, undecidable=undecidable, IN_WORDS=IN_WORDS)
    return environment.get_template("page.html.j2").render(**inputs)
