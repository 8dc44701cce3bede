"""Each run is answered by the network that learnt particles of its own platform."""

from dataclasses import dataclass
from pathlib import Path

from stages.common.base.errors import InputError
from stages.predict.model.model import Model, read_model
from stages.predict.model.sealed import sealed_in


@dataclass(frozen=True)
class Networks:
    """models: by the platform whose particles they learnt, one at least."""

    models: dict[str, Model]

    def of(self, platform: str) -> Model:
        """Its own; where it has none the one that knows most runs, the first by name of several, which has to say that
        such runs are strange to it."""
        if platform in self.models:
            return self.models[platform]
        return self.models[min(self.models, key=lambda name: (-len(_known(self.models[name])), name))]

    @property
    def known_runs(self) -> set[str]:
        """The runs that a network learnt or was chosen by."""
        return {run for model in self.models.values() for run in _known(model)}

    @property
    def classes(self) -> list[str]:
        """Of all of them."""
        return list(dict.fromkeys(name for model in self.models.values() for name in model.manifest.classes))

    @property
    def names(self) -> dict[str, str]:
        """Of the networks, by platform."""
        return {platform: model.manifest.network for platform, model in self.models.items()}


def read_networks(folder: Path) -> Networks:
    """Raises InputError when `folder` holds no model folder, or one of which a byte has changed."""
    if not (found := sealed_in(folder)):
        raise InputError(f"{folder}: a model folder is not there; `dvc repro pack` writes one for each platform")
    return Networks({path.name: read_model(path) for path in found})


def _known(model: Model) -> list[str]:
    return [*model.manifest.runs["training"], *model.manifest.runs["selection"]]
