"""Write the report: `python -m stages.report`."""

from stages.common.errors import run
from stages.common.files import write_text
from stages.common.params import load
from stages.report.inputs import read_inputs
from stages.report.page import render
from stages.report.provenance import provenance


def main() -> None:
    params = load()
    write_text("report/index.html", render(read_inputs(params) | {"provenance": provenance(params)}))


if __name__ == "__main__":
    run(main)
