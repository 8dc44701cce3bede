"""Write the parameters of a pretraining into a folder of its own: `python -m stages.pretrain <folder>`.

The pipeline's own stages then run there: simulate, ingest, normalize, split, and the training of one generator.
"""

from pathlib import Path

from ruamel.yaml import YAML

from stages.common.base.arguments import arguments
from stages.common.base.errors import run
from stages.common.base.files import replacing
from stages.common.base.parameters import Block, read_parameters
from stages.common.params.pretrain import Pretrain
from stages.common.params.whole import Params, read_all
from stages.pretrain.instruments import simulated

SETTINGS = Path("params/pretrain/particles.yaml")
SHEET = "data/samples.csv"
PLATFORM = "instruments"
NOBODY = "none"  # a majority, which generators don't learn, is asked for


class Parameters(Block):
    """What this script reads of params/pretrain/particles.yaml."""

    pretrain: Pretrain


def main() -> None:
    (folder,) = arguments("stages.pretrain", "folder")
    settings = read_parameters(Parameters, SETTINGS).pretrain
    write_parameters(Path(folder) / "params.yaml", whole(settings, read_all()))


def whole(settings: Pretrain, default: Params) -> dict:
    """A params.yaml: the default's network, process and way to one size, on the particles of `settings`."""
    labels = list(settings.suspensions)
    images = {label: suspension.images for label, suspension in settings.suspensions.items()}
    content = default.model_dump(by_alias=True)
    content["diffusion"] |= {
        "platform": PLATFORM,
        "start": "scratch",
        "generator": {"images": images, "epochs": settings.epochs, "shared": labels},
        "training": settings.training.model_dump(),
    }
    return content | {
        "seed": settings.seed,
        "classes": {"majority": NOBODY, "minority": labels},
        "simulate": simulated(settings),
        "ingest": content["ingest"] | {"sheet": SHEET, "relabelled": None},
        "split": {"fractions": {"train": 1.0, "selection": 0.0, "validation": 0.0}, "classes": {}},
        "assemble": {"platform": PLATFORM, "real": {}, "mixed": {}},
        "compare": content["compare"] | {"networks": {}},
    }


def write_parameters(path: Path, content: dict) -> None:
    """Write `path`; nothing is written unless the pipeline takes it."""
    yaml = YAML()
    yaml.representer.ignore_aliases = lambda value: True
    with replacing(path) as temporary:
        yaml.dump(content, temporary)
        read_all(temporary)


if __name__ == "__main__":
    run(main)
