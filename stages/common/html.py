"""Pages from templates, in which every name and text from the data is escaped."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, Undefined


def page_environment(templates: Path, undefined: type[Undefined]) -> Environment:
    """Templates of the folder `templates`; `undefined`: what a value that isn't there does."""
    return Environment(
        loader=FileSystemLoader(templates), autoescape=True, undefined=undefined, trim_blocks=True, lstrip_blocks=True
    )
