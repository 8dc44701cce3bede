"""Check params.yaml and say what is wrong: `python -m stages.common.params`."""

from stages.common.errors import run
from stages.common.params import load

run(lambda: print(f"params.yaml is valid: {len(load().datasets)} training sets"))
