"""What the page was made from: digests instead of a date, so that the same inputs give the same page."""

import json
from importlib.metadata import version

from stages.common.unfinished.fingerprint import ROOT, of_bytes, of_code
from stages.report.inputs import Parameters

LIBRARIES = ("torch", "numpy", "scikit-learn", "scipy", "umap-learn")


def provenance(params: Parameters) -> dict:
    """Digest of the parameters and of the code, the seed, versions of the libraries."""
    settings = json.dumps(params.model_dump(mode="json"), sort_keys=True).encode()
    return {
        "parameters": of_bytes(settings),
        "code": of_code([ROOT / "stages"]),
        "seed": params.seed,
        "libraries": {name: version(name) for name in LIBRARIES},
    }
