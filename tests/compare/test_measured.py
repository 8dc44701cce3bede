import numpy as np
import pandas as pd
import pytest

from stages.compare.measured import columns_by_platform
from tests.compare.made import measured


def two_samples():
    return measured(
        {"run": "s1", "platform": "A", "sample": "s", "sizes": [1.0, 2.0, 3.0]},
        {"run": "s2", "platform": "A", "sample": "s", "sizes": [5.0]},
        {"run": "t1", "platform": "A", "sample": "t", "sizes": [7.0, 8.0]},
        {"run": "s3", "platform": "B", "sample": "s", "sizes": [9.0], "min_size_um": 4.0},
    )


def test_sizes_are_those_of_the_sample_on_the_platform():
    own = two_samples()
    assert [sizes.tolist() for sizes in own.sizes_in("s", "A", 2.0)] == [[2.0, 3.0], [5.0]]
    assert [sizes.tolist() for sizes in own.sizes_in("t", "A", 2.0)] == [[7.0, 8.0]]
    assert [sizes.tolist() for sizes in own.sizes_in("s", "B", 2.0)] == [[9.0]]
    assert own.sizes_in("t", "B", 2.0) == []


def test_samples_on_both_platforms_have_the_role():
    own = two_samples()
    assert own.pairs == [("A", "B")]
    assert own.on_both("parallel", ("A", "B")) == ["s"]
    assert own.on_both("beads", ("A", "B")) == []


def test_the_filter_is_the_platforms_coarsest():
    own = two_samples()
    assert own.smallest_um("A") == 0
    assert own.smallest_um("B") == 4


def columns(**platforms):
    """Each platform's diameters, by one run each."""
    names = ["abd_um", "ecd_um", "esd_um"]
    runs = pd.DataFrame({"run": list(platforms), "platform": list(platforms)})
    tables = {
        run: pd.DataFrame({name: [1.0 if name in reported else np.nan] for name in names})
        for run, reported in platforms.items()
    }
    return columns_by_platform(runs, tables)


@pytest.mark.parametrize(
    "reported, chosen",
    [
        ({"A": ["abd_um", "esd_um"], "B": ["ecd_um"]}, {"A": "abd_um", "B": "ecd_um"}),
        ({"A": ["abd_um", "esd_um"], "B": ["esd_um"]}, {"A": "esd_um", "B": "esd_um"}),
        ({"A": ["abd_um"], "B": ["esd_um"]}, {"A": "abd_um", "B": "esd_um"}),
    ],
)
def test_platforms_are_compared_by_one_kind_of_diameter_where_there_is_one(reported, chosen):
    assert columns(**reported) == chosen


def test_different_kinds_of_diameter_are_told():
    one = {"run": "a", "platform": "A", "sample": "s", "sizes": [1.0]}
    other = one | {"run": "b", "platform": "B"}
    assert measured(one, other, columns={"A": "abd_um", "B": "ecd_um"}).alike("A", "B")
    assert not measured(one, other, columns={"A": "abd_um", "B": "esd_um"}).alike("A", "B")
