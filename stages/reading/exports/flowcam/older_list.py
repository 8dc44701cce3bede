"""FlowCam particle lists from before format 017: two lines, then rows of unnamed fields between colons.

FlowCAM II wrote 44 fields and FlowCAM III 47, as two public readers of such lists have them (zooimage and K. Denis's
read.lst, both in R). They are given here under the names of format 017.
"""

from stages.common.base.errors import InputError
from stages.reading.exports.files.text import Text
from stages.reading.exports.rows.column import Column
from stages.reading.exports.rows.columns import Table

FIRST = 2  # index of the first row
SIZES = """
    id cal_const raw_area raw_feret_max raw_feret_min raw_feret_mean raw_perimeter raw_convex_perimeter abd_area
    abd_diameter length width esd_diameter perimeter convex_perimeter intensity sigma_intensity compactness elongation
    sum_intensity roughness feret_max_angle
    """
PLACES = """
    avg_red avg_green avg_blue ppc ch1_peak ch1_tof ch2_peak ch2_tof ch3_peak ch3_tof ch4_peak ch4_tof
    collage_file image_x image_y image_w image_h src_x src_y
    """
FIELDS = {
    44: f"{SIZES} {PLACES} high_u32 low_u32 total",
    47: f"{SIZES} feret_min_angle {PLACES} edge_gradient time_1 time_2 src_image cal_image",
}
COMPACTNESS = Column("compactness", "number", 0)  # whose inverse newer lists' columns give without it
NAMES = {count: fields.split() for count, fields in FIELDS.items()}
FEWEST_FIELDS = 40  # of a line that looks like such a list's


def is_older(lines: list[str]) -> bool:
    return any(line.count(":") >= FEWEST_FIELDS for line in lines[:10])


def read_older_list(text: Text, lines: list[str], columns: list[Column], file: str) -> Table:
    """The list's rows, of which `columns` are wanted. Raises InputError for another number of fields than are known."""
    fields = lines[FIRST].count(":") + 1 if len(lines) > FIRST else 0
    if fields not in NAMES:
        raise InputError(
            f"{file}, line {FIRST + 1}: an older, colon-separated list without column names, whose first row has "
            f"{fields} fields; known are 44 (FlowCAM II) and 47 (III), below two lines; open the run in a newer "
            f"VisualSpreadsheet and save it again, or export labelled crops"
        )
    return Table(text, NAMES[fields], [*columns, COMPACTNESS], FIRST, ":", file)
