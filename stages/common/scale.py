"""Write a scale over params.yaml: `python -m stages.common.scale params/paper.yaml`.

The overlay is a JSON merge patch (RFC 7396): a mapping is merged key by key, null removes a key, anything else
replaces. Of samples, training sets and networks, those stay that the overlay names; where it speaks of none, all stay.
Comments and order of params.yaml stay.
"""

from pathlib import Path

from ruamel.yaml import YAML

from stages.common.base.arguments import arguments
from stages.common.base.errors import InputError, run
from stages.common.base.files import replacing
from stages.common.params.whole import read_all

# The mappings whose keys are not settings but things that a study has or doesn't have.
LISTS = {("simulate", "samples"), ("assemble", "real"), ("assemble", "mixed"), ("classify", "architectures")}
LISTS |= {("compare", "networks")}


def patched(target, patch, place: tuple[str, ...] = ()):
    """`patch` merged into `target` (RFC 7396, section 2), which stands at `place` of params.yaml.

    >>> patched({"real": {"real-0": {"majority": 2}, "real-1": {}}}, {"real": {"real-0": {}}}, ("assemble",))
    {'real': {'real-0': {'majority': 2}}}
    """
    if place in LISTS:
        for key in [key for key in target if key not in patch]:
            del target[key]
    for key, value in patch.items():
        if value is None:
            target.pop(key, None)
        elif isinstance(value, dict):
            target[key] = patched(target[key] if isinstance(target.get(key), dict) else {}, value, (*place, key))
        else:
            target[key] = value
    return target


def write_scale(overlay: Path, params: Path = Path("params.yaml")) -> None:
    """Merge `overlay` into `params`; nothing is written unless the result is valid."""
    if not overlay.is_file():
        known = ", ".join(sorted(path.stem for path in overlay.parent.glob("*.yaml")))
        raise InputError(f"{overlay}: no such scale; there are: {known}")
    yaml = YAML()
    yaml.width = 160
    content = patched(yaml.load(params), yaml.load(overlay))
    with replacing(params) as temporary:
        yaml.dump(content, temporary)
        read_all(temporary)


if __name__ == "__main__":
    run(lambda: write_scale(Path(*arguments("stages.common.scale", "overlay"))))
