from pathlib import Path

import pytest

from stages.common.params.whole import read_all
from stages.simulate.instrument.particle import Scene
from stages.simulate.study import table_of

ROOT = Path(__file__).parents[2]
SETTINGS = read_all(ROOT / "params.yaml").simulate


@pytest.fixture(scope="session")
def settings():
    return SETTINGS


@pytest.fixture(scope="session")
def platforms():
    return SETTINGS.platforms


@pytest.fixture(scope="session")
def samples():
    return SETTINGS.samples


@pytest.fixture(scope="session")
def bead_scene():
    """Each platform with the images of beads."""
    return {
        name: Scene(platform, SETTINGS.kinds, {"bead": table_of(SETTINGS, name, "bead")})
        for name, platform in SETTINGS.platforms.items()
    }
