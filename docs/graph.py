"""Draw the graph of dvc.yaml into README.md: `make graph`.

A foreach or a matrix is one node. An arrow that another path already implies is left out (transitive reduction).
"""

import re
from pathlib import Path

import networkx
from dvc.repo import Repo

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
BLOCK = re.compile(r"(?<=<!-- graph: made by `make graph` -->\n).*?(?=<!-- end of graph -->)", re.DOTALL)


def mermaid(root: Path = ROOT) -> str:
    """The graph as Mermaid's text, which GitHub and GitLab show as a picture."""
    with Repo(str(root)) as repo:
        graph = networkx.DiGraph()
        for stage, dependency in repo.index.graph.edges:
            if _name(stage) != _name(dependency):
                graph.add_edge(_name(dependency), _name(stage))
        many = {_name(stage) for stage in repo.index.stages if "@" in stage.name}
    reduced = networkx.transitive_reduction(graph)
    nodes = list(networkx.lexicographical_topological_sort(reduced))
    shapes = [f"    {name}[[{name}]]" if name in many else f"    {name}[{name}]" for name in nodes]
    arrows = [f"    {a} --> {b}" for a in nodes for b in sorted(reduced[a])]
    return "\n".join(["```mermaid", "flowchart LR", *shapes, *arrows, "```", ""])


def _name(stage) -> str:
    return stage.name.split("@")[0]


def drawn(text: str, picture: str) -> str:
    """`text` with the picture between the two marks."""
    return BLOCK.sub(lambda _: picture, text)


if __name__ == "__main__":
    README.write_text(drawn(README.read_text(encoding="utf-8"), mermaid()), encoding="utf-8")
