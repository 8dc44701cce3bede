"""Draft a study of one's own: `python -m stages.study /data/my-study`, or `make study EXPORTS=/data/my-study`."""

from pathlib import Path

from stages.common.base.arguments import arguments
from stages.common.base.errors import InputError, run
from stages.common.base.parameters import Block, read_parameters
from stages.common.params.assemble import Assemble
from stages.common.params.classes import Classes
from stages.study.draft import write_study


class Parameters(Block):
    """What this script reads of params.yaml."""

    classes: Classes
    assemble: Assemble


def main() -> None:
    (exports,) = arguments("stages.study", "folder of exports")
    if not Path(exports).is_dir():
        raise InputError(f"{exports}: the folder is not there; name the one that holds the exports")
    params = read_parameters(Parameters)
    print(write_study(Path(exports).resolve(), params.classes.names, params.assemble))


if __name__ == "__main__":
    run(main)
