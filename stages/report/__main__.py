"""Write the report: `python -m stages.report`."""

from stages.common.base.errors import run
from stages.common.base.files import write_text
from stages.common.base.parameters import read_parameters
from stages.report.inputs import Parameters, read_inputs
from stages.report.page import render
from stages.report.provenance import provenance


def main() -> None:
    params = read_parameters(Parameters)
    inputs = read_inputs(params)
    write_text("report/index.html", render(inputs | {"provenance": provenance(params, inputs["runs"])}))


if __name__ == "__main__":
    run(main)
