"""Write the few numbers that a reviewer compares: `python -m stages.review.headline`."""

import pandas as pd

from stages.common.base.errors import run
from stages.common.base.files import read_json, write_json
from stages.common.base.parameters import Block, read_parameters
from stages.common.params.classes import Classes
from stages.review.headline.classifiers import of_classifiers
from stages.review.headline.generators import of_generators
from stages.review.headline.platforms import of_platforms

HEADLINE = "metrics/headline.json"


class Parameters(Block):
    """What this script reads of params.yaml."""

    classes: Classes


def main() -> None:
    classes = read_parameters(Parameters).classes
    table = pd.read_csv("metrics/table.csv")
    names = [f"{row.dataset}-{row.architecture}" for row in table.itertuples()]
    networks = {name: read_json(f"metrics/classify/{name}.json") for name in names}
    generated = [name for name in classes.minority if f"synthetic_{name}" in table and table[f"synthetic_{name}"].any()]
    write_json(
        HEADLINE,
        of_classifiers(networks, read_json("metrics/table.json"), classes.minority)
        | of_generators({name: read_json(f"metrics/quality/{name}.json") for name in generated})
        | of_platforms(read_json("metrics/compare.json")),
    )


if __name__ == "__main__":
    run(main)
