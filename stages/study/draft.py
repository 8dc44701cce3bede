"""A first draft of a study: `make study EXPORTS=/data/my-study` looks through a folder, recognises its runs, and writes
a sample sheet and parameters to go on from. What was guessed is marked as such; nothing is ever overwritten.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import yaml

from stages.common.base.errors import InputError
from stages.common.base.files import write_csv, write_text
from stages.common.params.assemble import Assemble
from stages.reading.exports.archive import folder_of, is_zip
from stages.reading.exports.crops import reader as crops
from stages.reading.exports.files.paths import plain_name
from stages.reading.exports.flowcam.reader import lists
from stages.reading.exports.readers import READERS, opened, survey
from stages.reading.exports.rows.export import Survey
from stages.reading.exports.sheet.row import SheetRow

SHEET, PARAMETERS = Path("samples/study.csv"), Path("params/study.yaml")
PLATFORMS = {"flowcam": "FlowCam", "visualspreadsheet": "FlowCam", "mfi": "MFI", "crops": "crops"}
BLANK = {"blank", "blanks", "buffer", "placebo", "water", "leer", "puffer"}
BEADS = {"bead", "beads", "standard", "standards"}
DIAMETER = re.compile(r"(\d+(?:[.,]\d+)?)[ _-]?(?:um|\u00b5m|\u03bcm|micron)", re.IGNORECASE)
FEWEST_RUNS = 3  # of a class, from which its runs are divided whole


@dataclass
class Draft:
    """A run of the sheet to be, and what its export tells. guessed: the columns that its folder's name told."""

    row: dict[str, str]
    guessed: list[str] = field(default_factory=list)
    found: Survey | None = None
    amiss: str = ""


def write_study(root: Path, classes: list[str], sets: Assemble) -> str:
    """Write SHEET and PARAMETERS for the exports below `root`; return what was found, in words.

    classes: known names. sets: the training sets that the study is to have, as far as it has their platforms.

    Raises InputError when there is no run, or when one of both files is there already.
    """
    for path in (SHEET, PARAMETERS):
        if path.exists():
            raise InputError(f"{path} is there already, and is never overwritten; move it away to draft the study anew")
    drafts = [_draft(place, form, root, classes) for place, form in runs_in(root)]
    if not drafts:
        raise InputError(f"{root}: no run is recognised in it or below; docs/formats says what a run looks like")
    _with_different_names(drafts)
    images = _images(drafts)
    write_csv(SHEET, pd.DataFrame([draft.row | {"note": _note(draft)} for draft in drafts]).fillna(""))
    write_text(PARAMETERS, _parameters(root, images, sets))
    told = "\n".join(_sentences(images))
    return f"{len(drafts)} runs in {SHEET}; check what is marked as guessed\n{told}\n{PARAMETERS} makes them the study"


def runs_in(folder: Path) -> list[tuple[Path, str]]:
    """Every run in `folder` or below, with its format. Folders of crops beside each other are one run's classes."""
    if len(several := lists(folder)) > 1:
        return [(path, "flowcam") for path in several]
    if form := next((name for name in READERS if name != "crops" and READERS[name].recognises(folder)), None):
        return [(folder, form)]
    below = [run for inner in sorted(folder.iterdir()) for run in _runs_at(inner)]
    if below and all(run == (folder / run[0].name, "crops") for run in below):
        return [(folder, "crops")]
    return below or ([(folder, "crops")] if _crops(folder) else [])


def _runs_at(path: Path) -> list[tuple[Path, str]]:
    """The runs in a folder or below, or the one that a zip holds."""
    if path.is_dir():
        return runs_in(path)
    return _packed_run(path) if is_zip(path) else []


def _packed_run(path: Path) -> list[tuple[Path, str]]:
    try:
        with folder_of(path) as folder:
            forms = [form for _, form in runs_in(folder)]
    except InputError:  # a zip of something else
        return []
    return [(path, forms[0])] if len(forms) == 1 else []


def _crops(folder: Path) -> bool:
    try:
        return crops.recognises(folder)
    except InputError:  # images that may be no crops
        return False


def _draft(place: Path, form: str, root: Path, classes: list[str]) -> Draft:
    """A run of the sheet, its role and class guessed from the names of its folders."""
    named = place.with_suffix("") if is_zip(place) else place
    parts = named.relative_to(root).parts or (root.name,)
    name, sample = plain_name("-".join(parts)) or "run", parts[-2 if len(parts) > 1 else 0]
    row = {"run": name, "platform": PLATFORMS[form], "sample": sample}
    draft = Draft(row | {"format": form, "path": place.relative_to(root).as_posix(), "role": "unlabelled", "class": ""})
    if form != "crops":
        _guess(draft, parts, classes)
    else:
        draft.row["role"] = "class"
    try:
        with opened(SheetRow(line=0, **draft.row), root) as (run, within):
            draft.found = survey(run, within)
    except InputError as error:
        draft.amiss = str(error)
    return draft


def _guess(draft: Draft, parts: tuple[str, ...], classes: list[str]) -> None:
    words = {word for part in parts for word in re.split(r"[^a-z]+", part.casefold())}
    diameter = DIAMETER.search(" ".join(parts))
    label = next((name for name in classes if words & {w for w in name.casefold().split("_") if len(w) > 3}), None)
    if words & BLANK:
        draft.row["role"], draft.guessed = "blank", ["role"]
    elif words & BEADS and diameter:
        draft.row |= {"role": "beads", "nominal_diameter_um": diameter[1].replace(",", ".")}
        draft.guessed = ["role", "nominal_diameter_um"]
    elif label or len(parts) > 1:
        draft.row |= {"role": "class", "class": label or plain_name(parts[0]) or "run"}
        draft.guessed = ["role", "class"]


def _with_different_names(drafts: list[Draft]) -> None:
    seen: Counter = Counter()
    for draft in drafts:
        name = draft.row["run"]
        seen[name.casefold()] += 1
        if seen[name.casefold()] > 1:
            draft.row["run"] = f"{name}-{seen[name.casefold()]}"


def _note(draft: Draft) -> str:
    guessed = f"guessed from the folder's name: {', '.join(draft.guessed)}" if draft.guessed else ""
    size = "give pixel_um" if draft.row["format"] == "crops" else ""
    return "; ".join(filter(None, [guessed, size, draft.amiss]))


def _images(drafts: list[Draft]) -> dict[tuple[str, str], list[int]]:
    """Platform and class: particles of each run."""
    images: dict[tuple[str, str], list[int]] = {}
    for draft in drafts:
        if draft.row["role"] == "class" and draft.found:
            by_class = draft.found.classes or {draft.row["class"]: draft.found.rows.read}
            for name, count in by_class.items():
                images.setdefault((draft.row["platform"], name or "unlabelled"), []).append(count)
    return images


def _sentences(images: dict[tuple[str, str], list[int]]) -> list[str]:
    """What there is of each class, and how it will be divided."""
    told = []
    for (platform, name), counts in sorted(images.items()):
        how = "divided by run" if len(counts) >= FEWEST_RUNS else f"under {FEWEST_RUNS} runs: divided by image"
        told.append(f"{platform}, {name}: {sum(counts)} particles in {len(counts)} run{'s' * (len(counts) > 1)}, {how}")
    return told


def _all_there(images: dict[tuple[str, str], list[int]], platform: str, classes: Iterable[str]) -> bool:
    return all((platform, name) in images for name in classes)


def _parameters(root: Path, images: dict[tuple[str, str], list[int]], sets: Assemble) -> str:
    """A scale for `make scale SCALE=study`: where the exports are, the classes, of which the most frequent one is the
    majority, the platform with most of their particles and a second one that has them all."""
    total: Counter = Counter()
    by_platform: Counter = Counter()
    for (platform, name), counts in images.items():
        total[name] += sum(counts)
        by_platform[platform] += sum(counts)
    scale: dict = {"ingest": {"exports": str(root), "sheet": str(SHEET)}}
    if len(total) > 1:
        majority, *minority = (name for name, _ in total.most_common())
        first = by_platform.most_common(1)[0][0]
        second = next((other for other in by_platform if other != first and _all_there(images, other, total)), None)
        own: dict[str, dict] = {name: {} for name, dataset in sets.real.items() if dataset.platform is None}
        others = {name: {"platform": second} for name in sets.real if name not in own} if second else {}
        networks = {first: "real-1-light"} | ({second: "real-1-b-light"} if second else {})
        scale = {"classes": {"majority": majority, "minority": minority}} | scale
        scale |= {"diffusion": {"platform": first}, "assemble": {"platform": first, "real": own | others}}
        scale |= {"compare": {"networks": networks}}
    comments = ["Drafted by `make study`; the sheet's column `note` says what was guessed.", *_sentences(images)]
    return "".join(f"# {line}\n" for line in comments) + yaml.safe_dump(scale, sort_keys=False, allow_unicode=True)
