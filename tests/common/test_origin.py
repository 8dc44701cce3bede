"""What a result is called that was made from measured particles, simulated ones, or both."""

import pandas as pd
import pytest

from stages.common.base.origin import origin_of, origin_of_all, title


@pytest.mark.parametrize(
    "simulated, origin",
    [
        ([False, False], "measured"),
        ([True, True], "simulated"),
        ([True, False], "partly simulated"),
        ([False, False, True], "partly simulated"),
    ],
)
def test_one_simulated_particle_is_enough_to_be_said(simulated, origin):
    assert origin_of(pd.DataFrame({"simulated": simulated})) == origin


def test_nothing_is_not_simulated():
    assert origin_of(pd.DataFrame({"simulated": pd.Series(dtype=bool)})) == "measured"


@pytest.mark.parametrize(
    "origins, together",
    [
        (["measured", "measured"], "measured"),
        (["simulated", "simulated"], "simulated"),
        (["measured", "simulated"], "partly simulated"),
        (["partly simulated", "simulated"], "partly simulated"),
        (["measured", "partly simulated"], "partly simulated"),
    ],
)
def test_results_of_several_origins_are_partly_simulated_together(origins, together):
    assert origin_of_all(origins) == origin_of_all(origins[::-1]) == together


def test_a_title_says_so_unless_all_is_measured():
    assert title("Sizes", "measured") == "Sizes"
    assert title("Sizes", "simulated") == "Sizes (simulated data)"
    assert title("Sizes", "partly simulated") == "Sizes (partly simulated data)"
