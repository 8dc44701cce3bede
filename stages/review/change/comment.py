"""The comment: parameters that changed, the headline before and after, pictures old beside new."""

from math import hypot

INSIDE, OUTSIDE, NEW, GONE = "inside", "**outside**", "new", "gone"
ABOUT = (
    "Noise: half of an interval, or how far seeds differ where that is more; of both sides together (the root of the "
    "squares' sum). Inside of it, a change says nothing."
)


def comment(
    *,
    parameters: tuple[dict, dict],
    headline: tuple[dict, dict],
    pictures: list[str],
    commits: tuple[str, str],
    repository: str | None,
) -> str:
    """Markdown. pictures: paths of those that differ; repository: its address, without which they are only named."""
    old, new = commits
    parts = [f"### What this changes: {old[:10]} to {new[:10]}"]
    parts += ["#### Parameters", _parameters(*map(flat, parameters))]
    parts += ["#### Headline", _headline(*headline)]
    if pictures:
        parts += ["#### Pictures", _pictures(pictures, commits, repository)]
    return "\n\n".join(parts)


def flat(block: dict, above: str = "") -> dict[str, object]:
    """Nested blocks as one, names joined by dots; what an empty block holds is the block itself."""
    result: dict[str, object] = {}
    for name, value in block.items():
        key = f"{above}.{name}" if above else str(name)
        result |= flat(value, key) if isinstance(value, dict) and value else {key: value}
    return result


def _parameters(old: dict, new: dict) -> str:
    changed = [name for name in [*old, *(set(new) - set(old))] if old.get(name) != new.get(name)]
    if not changed:
        return "None changed."
    rows = [[f"`{name}`", _cell(old.get(name)), _cell(new.get(name))] for name in sorted(changed)]
    return _table(["parameter", "before", "after"], rows, "lll")


def _headline(old: dict, new: dict) -> str:
    names = [*new, *(name for name in old if name not in new)]
    changed = [name for name in names if old.get(name) != new.get(name)]
    if not changed:
        return f"None of the {len(names)} numbers changed." if names else "No headline on either side."
    rows = [[f"`{name}`", *_change(old.get(name), new.get(name))] for name in changed]
    table = _table(["number", "before", "after", "change", "noise", "of noise"], rows, "lrrrrl")
    outside = sum(row[-1] == OUTSIDE for row in rows)
    said = f"{len(changed)} of {len(names)} numbers changed, {outside} of them by more than noise."
    return f"{said}\n\n{table}\n\n{ABOUT}"


def _change(old: dict | None, new: dict | None) -> list[str]:
    if old is None or new is None:
        only = new or old or {}
        shown, none = _number(only["value"]), ""
        return [*([none, shown] if old is None else [shown, none]), "", "", NEW if old is None else GONE]
    change, noise = new["value"] - old["value"], hypot(old["noise"], new["noise"])
    verdict = INSIDE if abs(change) <= noise else OUTSIDE
    return [_number(old["value"]), _number(new["value"]), _number(change, sign=True), _number(noise), verdict]


def _pictures(paths: list[str], commits: tuple[str, str], repository: str | None) -> str:
    if repository is None:
        return "\n".join(f"- `{path}`" for path in paths)

    def shown(path: str, commit: str) -> str:
        return f'<img width="420" alt="" src="{repository}/blob/{commit}/{path}?raw=true">'

    rows = [[f"`{path}`", *(shown(path, commit) for commit in commits)] for path in paths]
    return _table(["picture", "before", "after"], rows, "lll")


def _table(names: list[str], rows: list[list[str]], sides: str) -> str:
    rule = [":---" if side == "l" else "---:" for side in sides]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [names, rule, *rows])


def _number(value: float, sign: bool = False) -> str:
    return f"{value:+.3g}" if sign else f"{value:.3g}"


def _cell(value: object) -> str:
    """A parameter's value, with nothing in it that Markdown or HTML could take for its own."""
    text = "" if value is None else str(value)
    text = text if len(text) <= 60 else text[:57] + "..."
    return f"`{text.replace('`', chr(39)).replace('|', '/')}`" if text else "–"
