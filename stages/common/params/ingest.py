"""The block `ingest`: where the exports lie."""

from typing import Literal

from stages.common.base.parameters import Block


class Ingest(Block):
    exports: str
    sheet: str
    labels: str | None = None
    on_bad_run: Literal["stop", "skip"]
