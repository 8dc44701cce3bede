"""The whole of params.yaml, and what its blocks say of each other."""

from pathlib import Path

from pydantic import model_validator

from stages.common.base.parameters import PARAMS, Block, of_each, read_parameters
from stages.common.names import classifier_name
from stages.common.params.assemble import Assemble
from stages.common.params.classes import Classes
from stages.common.params.classify import Classify
from stages.common.params.compare import Compare
from stages.common.params.diffusion import Diffusion
from stages.common.params.evaluate import Evaluate
from stages.common.params.ingest import Ingest
from stages.common.params.normalize import Normalize
from stages.common.params.predict import BEST, Predict
from stages.common.params.quality import Quality
from stages.common.params.simulate import Simulate
from stages.common.params.split import Split


class Params(Block):
    """The whole of params.yaml."""

    seed: int
    classes: Classes
    simulate: Simulate
    ingest: Ingest
    normalize: Normalize
    split: Split
    diffusion: Diffusion
    quality: Quality
    assemble: Assemble
    classify: Classify
    evaluate: Evaluate
    compare: Compare
    predict: Predict

    @model_validator(mode="after")
    def _blocks_agree(self):
        minority, generator = self.classes.minority, self.diffusion.generator
        _known("split.classes", self.split.classes, self.classes.names)
        _known("diffusion.generator.shared", generator.shared, minority)
        for key, number in {"images": generator.images, "epochs": generator.epochs}.items():
            _known(f"diffusion.generator.{key}", _named(number), minority)
            if missing := [name for name in minority if name not in of_each(number, minority)]:
                raise ValueError(f"diffusion.generator.{key}: says nothing of {', '.join(missing)}")
        for name, dataset in self.assemble.datasets.items():
            _known(f"assemble {name}: minority", _named(dataset.minority), minority)
        for name, dataset in self.assemble.mixed.items():
            _known(f"assemble {name}: synthetic", _named(dataset.synthetic), minority)
            for kind, count in dataset.generated(self.classes).items():
                if count > self.diffusion.sampler.images:
                    raise ValueError(
                        f"assemble {name}: {count} synthetic images of {kind} are asked for, "
                        f"but diffusion.sampler.images is {self.diffusion.sampler.images}"
                    )
        trained = [classifier_name(d, a) for d in self.assemble.real for a in self.classify.architectures]
        _known("compare.networks", list(self.compare.networks.values()), trained)
        trained += [classifier_name(d, a) for d in self.assemble.mixed for a in self.classify.architectures]
        _known("predict.network", self.predict.networks, [BEST, *trained])
        return self


def read_all(path: str | Path = PARAMS) -> Params:
    """Read and check all of `path`. Raises InputError with one line for each wrong key."""
    return read_parameters(Params, path, whole=True)


def _named(number: int | dict[str, int] | None) -> list[str]:
    """The classes that a parameter names one by one."""
    return list(number) if isinstance(number, dict) else []


def _known(where: str, names, known: list[str]) -> None:
    for name in names:
        if name not in known:
            raise ValueError(f"{where}: {name!r} is not one of {', '.join(known)}")
