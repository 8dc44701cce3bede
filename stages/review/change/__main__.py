"""What a change did to the results, as Markdown for a pull request: `python -m stages.review.change OLD NEW`.

OLD and NEW are commits. It reads what Git holds of them and needs neither data nor storage. With PIPELINE_REPOSITORY,
the repository's address on a forge, pictures that changed stand beside each other.
"""

import os
from pathlib import Path

import yaml

from stages.common.base.arguments import arguments
from stages.common.base.errors import run
from stages.review.change.comment import comment
from stages.review.change.revision import Revision

HEADLINE = "metrics/headline.json"
PARAMETERS = "params.yaml"


def main() -> None:
    old, new = (Revision(name) for name in arguments("stages.review.change", "old commit", "new commit"))
    pictures = yaml.safe_load(Path("dvc.yaml").read_text(encoding="utf-8")).get("plots", [])
    print(
        comment(
            parameters=(old.yaml(PARAMETERS), new.yaml(PARAMETERS)),
            headline=(old.json(HEADLINE), new.json(HEADLINE)),
            pictures=[path for path in pictures if old.bytes(path) != new.bytes(path)],
            commits=(old.commit, new.commit),
            repository=os.environ.get("PIPELINE_REPOSITORY"),
        )
    )


if __name__ == "__main__":
    run(main)
