"""Check all of params.yaml and say what is wrong: `python -m stages.common.params`."""

from stages.common.base.errors import run
from stages.common.params.whole import read_all

run(lambda: print(f"params.yaml is valid: {len(read_all().assemble.datasets)} training sets"))
