"""What the page was made from: digests instead of a date, so that the same inputs give the same page."""

import json
from importlib.metadata import version

from stages.common.unfinished.fingerprint import ROOT, of_bytes, of_code
from stages.report.inputs import Parameters

LIBRARIES = ("torch", "numpy", "scikit-learn", "scipy", "umap-learn")


def provenance(params: Parameters, runs: list[dict]) -> dict:
    """Digests of the parameters, of the code and of all that was read, of the three together; the seed; versions of the
    libraries."""
    settings = json.dumps(params.model_dump(mode="json"), sort_keys=True).encode()
    digests = {
        "parameters": of_bytes(settings),
        "code": of_code([ROOT / "stages"]),
        "data": of_bytes(*(str(run["source_digest"]).encode() for run in runs)),
    }
    return {
        **digests,
        "page": of_bytes(*(digest.encode() for digest in digests.values()))[:12],
        "seed": params.seed,
        "libraries": {name: version(name) for name in LIBRARIES},
    }
