from pathlib import Path

import pytest

from stages.common.params import load
from stages.simulate.study import sphere_table_of

ROOT = Path(__file__).parents[2]
SETTINGS = load(ROOT / "params.yaml").simulate


@pytest.fixture(scope="session")
def platforms():
    return SETTINGS.platforms


@pytest.fixture(scope="session")
def samples():
    return SETTINGS.samples


@pytest.fixture(scope="session")
def bead_table(platforms):
    return {name: sphere_table_of(platform, "bead") for name, platform in platforms.items()}
