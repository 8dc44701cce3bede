"""The block `ingest`: where the exports lie."""

from typing import Literal

from stages.common.base.parameters import Block, Share


class Ingest(Block):
    exports: str
    sheet: str
    labels: str | None = None
    relabelled: str | None = None
    on_bad_run: Literal["stop", "skip"]
    refused_share_max: Share = 0.01
