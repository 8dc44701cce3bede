"""Which changes are tried: operators of cosmic-ray at a sample of places, drawn by a seed and stratified over files."""

import ast
import functools
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

from stages.common.base.files import read_json, write_json
from stages.common.base.seeds import random_of, seed_of
from stages.common.unfinished.fingerprint import of_file
from stages.common.unfinished.scratch import scratch_folder

ROOT = Path(__file__).parents[2]
KEPT = (ROOT / scratch_folder() / "mutation").resolve()  # verdicts, and what is slow to find again
SEED = 1
DRAWING = {"contact.py", "dots.py", "figures.py", "maps.py", "pictures.py", "thumbnails.py"}  # pictures are looked at
GUARD = 'if __name__ == "__main__":'


@dataclass(frozen=True)
class Mutant:
    """One change to one file."""

    file: str
    number: int  # of the line, 1-based
    operator: str
    line: str  # as it is
    mutated: str  # what it becomes; empty where it goes
    source: str  # the whole mutated file


@dataclass(frozen=True)
class Place:
    """Where in a file something can be changed, and how: pairs of an operator and its occurrence in the file."""

    file: str
    start: tuple[int, int]
    changes: tuple[tuple[str, int], ...]


def sampled(count: int) -> list[Mutant]:
    """The first `count` mutants in an order in which each file's share grows with its places; a larger sample holds
    the smaller one."""
    order = []
    for file in files():
        places = places_in(file)
        shuffled = random_of(SEED, "places", file).permutation(len(places))
        start = seed_of(SEED, "file", file) / 2**63
        order += [((rank + start) / len(places), places[place]) for rank, place in enumerate(shuffled)]
    order.sort(key=lambda entry: entry[0])
    return [mutant_at(place) for _, place in order[:count]]


def files() -> list[str]:
    """The pipeline's own code; the simulator is held against optics elsewhere, and pictures are looked at."""
    paths = sorted((ROOT / "stages").rglob("*.py"))
    names = [path.relative_to(ROOT) for path in paths if path.name not in DRAWING]
    return [name.as_posix() for name in names if "simulate" not in (name.parts[1], name.stem)]


def places_in(file: str) -> list[Place]:
    """Every place of `file` that an operator changes, kept by the digest of `file`."""
    kept = KEPT / f"places-{of_file(ROOT / file)}.json"
    if not kept.exists():
        write_json(kept, {"places": [[place.start, place.changes] for place in searched(file)]})
    found = read_json(kept)["places"]
    return [Place(file, (line, column), tuple((name, at) for name, at in changes)) for (line, column), changes in found]


def searched(file: str) -> list[Place]:
    """The places of `file`, but annotations (they say nothing when the code runs), the guard of scripts, and tuples of
    dotted exceptions, which the tool can't replace."""
    source = (ROOT / file).read_text(encoding="utf-8")
    lines, silent = source.splitlines(), annotations(source)
    changes = defaultdict(list)
    nodes = list(ast_nodes(get_ast(source)))
    for name in operator_names():
        operator = get_operator(name)
        if operator.arguments():
            continue
        positions = (position for node in nodes for position in operator().mutation_positions(node))
        for occurrence, (start, end) in enumerate(positions):
            dotted = name.endswith("ExceptionReplacer") and "." in lines[start[0] - 1][start[1] : end[1]]
            said = not any(first <= start and end <= last for first, last in silent)
            if lines[start[0] - 1] != GUARD and said and not dotted:
                changes[start].append((name, occurrence))
    return [Place(file, start, tuple(found)) for start, found in sorted(changes.items())]


def annotations(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Start and end (line, column) of the annotations of arguments and results, and of unions of types elsewhere."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.arg) and node.annotation:
            found.append(node.annotation)
        elif isinstance(node, ast.FunctionDef) and node.returns:
            found.append(node.returns)
        elif isinstance(node, ast.AnnAssign):
            unions = (part for part in ast.walk(node.annotation) if isinstance(part, ast.BinOp))
            found += [part for part in unions if isinstance(part.op, ast.BitOr)]
    starts = ((node.lineno, node.col_offset) for node in found)
    ends = ((node.end_lineno or node.lineno, node.end_col_offset or node.col_offset) for node in found)
    return list(zip(starts, ends, strict=True))


def mutant_at(place: Place) -> Mutant:
    """One of the changes at `place`."""
    name, occurrence = place.changes[random_of(SEED, "change", place).integers(len(place.changes))]
    before = (ROOT / place.file).read_text(encoding="utf-8")
    after = mutate_code(before, get_operator(name)(), occurrence)
    number = place.start[0]
    old, new = before.splitlines(), after.splitlines()
    mutated = new[number - 1].strip() if len(new) == len(old) else ""
    return Mutant(place.file, number, name.removeprefix("core/"), old[number - 1].strip(), mutated, after)


def module_of(file: str) -> str:
    """What an import calls `file`."""
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@functools.cache
def users_of(file: str) -> list[str]:
    """The folders of stages that import the module `file` of common, those that do so most often first."""
    module = module_of(file)
    counts: Counter[str] = Counter()
    for path in (ROOT / "stages").rglob("*.py"):
        folder = path.relative_to(ROOT).parts[1]
        if folder not in ("common", "simulate") and f"from {module} import" in path.read_text(encoding="utf-8"):
            counts[folder] += 1
    return sorted(counts, key=lambda folder: (-counts[folder], folder))
