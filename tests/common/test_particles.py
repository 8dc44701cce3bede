"""The contract between ingest and all that follows."""

import pyarrow as pa
import pytest

from stages.common.base.errors import InputError
from stages.common.particles import PARTICLES, RUNS, particle_id, size_column

OF_A_PARTICLE = {"particle_id", "run", "platform", "sample", "role", "simulated", "source_file", "source_id", "edge"}
OF_A_RUN = {"run", "platform", "sample", "format", "role", "simulated", "dilution", "source_digest"}
COUNTS = {"rows_read", "accepted", "rejected"}
REPORTED_BY_SOME = {"abd_um", "esd_um", "ecd_um", "circularity", "intensity_mean", "elapsed_s", "x_px"}
TOLD_BY_SOME = {"class", "imaged_ml", "nominal_diameter_um", "fringe_px", "started_utc"}


@pytest.mark.parametrize(("schema", "always"), [(PARTICLES, OF_A_PARTICLE), (RUNS, OF_A_RUN | COUNTS)])
def test_what_every_row_has_is_never_null(schema, always):
    for name in always:
        assert not schema.field(name).nullable, name


@pytest.mark.parametrize(("schema", "perhaps"), [(PARTICLES, REPORTED_BY_SOME | {"class"}), (RUNS, TOLD_BY_SOME)])
def test_what_an_instrument_may_not_report_is_null_then(schema, perhaps):
    for name in perhaps:
        assert schema.field(name).nullable, name


@pytest.mark.parametrize("schema", [PARTICLES, RUNS])
def test_every_column_says_what_it_is(schema):
    units = {"um": "um, ", "um2": "um2, ", "px": "px, ", "s": "s "}
    for field in schema:
        about = field.metadata[b"description"].decode()
        unit = field.name.rpartition("_")[2]
        assert about
        if unit in units and pa.types.is_floating(field.type):
            assert about.startswith(units[unit]) or about.startswith(f"{unit} for"), field.name


def test_a_particles_name_is_its_runs_and_sources_alone():
    assert particle_id("run", "12") == particle_id("run", "12") != particle_id("run", "13")
    assert particle_id("run1", "2") != particle_id("run", "12")
    assert len(particle_id("run", "12")) == 16 and int(particle_id("run", "12"), 16) >= 0


def test_the_diameter_is_the_first_that_is_reported():
    every = {"abd_um": True, "ecd_um": True, "esd_um": True}
    assert size_column(every) == "abd_um"
    assert size_column(every | {"abd_um": False}) == "ecd_um"
    assert size_column({"esd_um": True, "width_um": True}) == "esd_um"
    with pytest.raises(InputError, match="no diameter was reported"):
        size_column(dict.fromkeys(every, False))
