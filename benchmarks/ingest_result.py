"""Where the benchmarks of the ingest stage leave their figures, with the machine and the versions that gave them."""

import json
import os
import platform
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("numpy", "pandas", "pillow", "pyarrow")


def write_result(name: str, figures: dict, **more) -> None:
    """Write benchmarks/results/<name>.json."""
    result = {
        "figures": figures,
        **more,
        "machine": {"processor": platform.processor() or platform.machine(), "cores": os.cpu_count()},
        "versions": {package: version(package) for package in PACKAGES} | {"python": platform.python_version()},
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
