"""Where the benchmarks leave their figures, with the machine and the versions that gave them."""

import json
import os
import platform
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def write_result(name: str, figures: dict, packages: tuple[str, ...], **more: object) -> None:
    """Write benchmarks/results/<name>.json; `packages` are those whose versions matter."""
    result = {
        "figures": figures,
        **more,
        "machine": {"processor": platform.processor() or platform.machine(), "cores": os.cpu_count()},
        "versions": {package: version(package) for package in packages} | {"python": platform.python_version()},
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def last_result(name: str) -> dict:
    """What an earlier run of the benchmark `name` left."""
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"figures": {}}
