from pathlib import Path

import pytest

from tests.pipeline.project import copy_project


@pytest.fixture(scope="session")
def tiny_project(tmp_path_factory) -> Path:
    """A copy of the project at the scale of params/tiny.yaml."""
    folder = tmp_path_factory.mktemp("project")
    copy_project(folder, "tiny")
    return folder
