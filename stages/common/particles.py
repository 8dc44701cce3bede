"""The data contract between ingest and all that follows: one row a particle, one row a run.

A row of data/ingested is a particle that was counted and sized; its picture is a second thing, which it may lack. So
counts and sizes come from data/ingested alone. data/normalized holds the particles that have a picture, each run's
array and table in one order: what trains, is judged, or is shown comes from there.

Units stand in the name (um, um2, ml) and, with a sentence each, in the schema's metadata. A column that an
instrument does not report is null, never zero.
"""

import hashlib
from typing import Literal, get_args

import pyarrow as pa

from stages.common.base.errors import InputError

Role = Literal["class", "beads", "parallel", "blank", "unlabelled"]
Split = Literal["train", "selection", "validation"]
SPLITS: tuple[Split, ...] = get_args(Split)


def _field(name: str, kind: pa.DataType, what: str, nullable: bool = True) -> pa.Field:
    return pa.field(name, kind, nullable=nullable, metadata={"description": what})


SCALARS = [
    _field("particle_id", pa.string(), "stable over reruns and machines: digest of run and source key", nullable=False),
    _field("run", pa.string(), "name of the run, from the sample sheet", nullable=False),
    _field("platform", pa.string(), "instrument, from the sample sheet", nullable=False),
    _field("sample", pa.string(), "sample, from the sample sheet", nullable=False),
    _field("role", pa.string(), "class, beads, parallel, blank or unlabelled", nullable=False),
    _field("class", pa.string(), "label: the run's or the particle's own; null when unlabelled"),
    _field("simulated", pa.bool_(), "true when the export says that a simulator wrote it", nullable=False),
    _field(
        "source_file", pa.string(), "file of the export that the row came from, relative to its folder", nullable=False
    ),
    _field("source_line", pa.int64(), "1-based line in that file; null for a folder of images"),
    _field(
        "source_id", pa.string(), "the instrument's own name for the particle (GUID, number, file name)", nullable=False
    ),
    _field("abd_um", pa.float64(), "um, area-based diameter (FlowCam: fringe-corrected)"),
    _field("esd_um", pa.float64(), "um, equivalent spherical diameter (FlowCam: mean Feret, fringe-corrected)"),
    _field("ecd_um", pa.float64(), "um, equivalent circular diameter as an MFI reports it"),
    _field("length_um", pa.float64(), "um, maximum Feret diameter"),
    _field("width_um", pa.float64(), "um, minimum Feret diameter"),
    _field("area_um2", pa.float64(), "um2, area as the instrument reports it"),
    _field("perimeter_um", pa.float64(), "um, perimeter"),
    _field("circularity", pa.float64(), "1, circularity as the instrument defines it"),
    _field("aspect_ratio", pa.float64(), "1, minor over major, as the instrument defines it"),
    _field("intensity_mean", pa.float64(), "grey levels, mean inside the particle, on the scale 0 to 255"),
    _field("intensity_sd", pa.float64(), "grey levels, standard deviation inside the particle, scale 0 to 255"),
    _field("elapsed_s", pa.float64(), "s since the start of the run"),
    _field("frame", pa.int64(), "number of the camera frame"),
    _field("x_px", pa.int64(), "px, left edge of the crop in the frame"),
    _field("y_px", pa.int64(), "px, top edge of the crop in the frame"),
    _field("edge", pa.bool_(), "true when the particle touches the border of the frame", nullable=False),
    _field("pixel_um", pa.float64(), "um for each pixel; null where no picture is and nothing tells it"),
]

IMAGE = [
    _field("image", pa.binary(), "uint8 pixels, rows first, channels last; null for a particle without a picture"),
    _field("height", pa.int32(), "px, of the picture"),
    _field("width", pa.int32(), "px, of the picture"),
    _field("channels", pa.int32(), "1 (grey) or 3 (RGB)"),
]

PARTICLES = pa.schema(SCALARS + IMAGE)

RUNS = pa.schema(
    [
        _field("run", pa.string(), "name of the run", nullable=False),
        _field("platform", pa.string(), "instrument", nullable=False),
        _field("sample", pa.string(), "sample", nullable=False),
        _field("format", pa.string(), "reader that read it", nullable=False),
        _field("role", pa.string(), "class, beads, parallel, blank or unlabelled", nullable=False),
        _field("class", pa.string(), "the run's label; null when labels come per particle"),
        _field("parent", pa.string(), "sample that this one was diluted from; null when the sample sheet names none"),
        _field("split", pa.string(), "train, selection or validation where the sample sheet fixes it; else null"),
        _field("simulated", pa.bool_(), "true when a simulator wrote the export", nullable=False),
        _field("nominal_diameter_um", pa.float64(), "um, beads: diameter on the certificate"),
        _field("certified_per_ml", pa.float64(), "1/mL, beads: concentration on the certificate"),
        _field("dilution", pa.float64(), "dilution factor of the sample (1 = undiluted)", nullable=False),
        _field("imaged_ml", pa.float64(), "mL, volume that was imaged; null when the export doesn't tell"),
        _field("volume_from", pa.string(), "what the imaged volume was taken or computed from"),
        _field("pixel_um", pa.float64(), "um for each pixel; null where no picture is and nothing tells it"),
        _field("boxes", pa.string(), "MFI: whether boxes are half-open or inclusive, and what settled it"),
        _field("fringe_px", pa.float64(), "px, fringe correction (FlowCam)"),
        _field("threshold_dark", pa.float64(), "grey levels below background"),
        _field("threshold_light", pa.float64(), "grey levels above background"),
        _field("min_size_um", pa.float64(), "um, lower end of the instrument's size filter"),
        _field("max_size_um", pa.float64(), "um, upper end of the instrument's size filter"),
        _field("software", pa.string(), "software and its version"),
        _field("started_utc", pa.string(), "start of the run, UTC, as the export states it (FlowCam: its context)"),
        _field("started_local", pa.string(), "start of the run by the clock of the place (summaries, MFI tables)"),
        _field("rows_read", pa.int64(), "rows in the export", nullable=False),
        _field("accepted", pa.int64(), "rows accepted: particles that are counted and sized", nullable=False),
        _field(
            "rejected", pa.int64(), "rows refused, each listed in rejects.csv: they may be particles", nullable=False
        ),
        _field("without_image", pa.int64(), "accepted rows whose picture is lost or was never there", nullable=False),
        _field("told_count", pa.int64(), "particles that the export's own summary counts; null when it has none"),
        _field("no_concentration", pa.string(), "why counts can't be brought to a volume; null when they can"),
        _field("source_digest", pa.string(), "digest of the files that were read", nullable=False),
    ]
)

REJECTS = ["run", "file", "line", "column", "reason"]
WARNINGS = ["run", "check", "file", "line", "column", "expected", "found"]


def particle_id(run: str, source_id: str) -> str:
    """Sixteen hexadecimal digits that name a particle: the same on every machine and in every rerun."""
    return hashlib.blake2b(f"{run}\0{source_id}".encode(), digest_size=8).hexdigest()


def size_column(columns: dict[str, bool]) -> str:
    """The diameter to compare by: `abd_um` where the instrument reports it, else `ecd_um`, else `esd_um`.

    `columns` maps a column's name to whether it holds any value.
    """
    for name in ("abd_um", "ecd_um", "esd_um"):
        if columns.get(name):
            return name
    raise InputError("no diameter was reported: expected abd_um, ecd_um or esd_um in the particle table")
