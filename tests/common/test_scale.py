"""A scale is merged as RFC 7396 says."""

import pytest

from stages.common.base.errors import InputError
from stages.common.scale import patched, write_scale

# Appendix A, the cases in which both are mappings.
CASES = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("target", "patch", "result"), CASES)
def test_the_cases_of_the_standard(target, patch, result):
    assert patched(target, patch) == result


def test_samples_sets_and_networks_that_a_scale_leaves_out_are_left_out():
    target = {"assemble": {"platform": "A", "real": {"a": {"majority": 1, "minority": 2}, "b": {}}, "mixed": {"c": {}}}}
    result = patched(target, {"assemble": {"real": {"a": {"minority": 3}, "d": {"majority": 4}}}})
    real = {"a": {"majority": 1, "minority": 3}, "d": {"majority": 4}}
    assert result == {"assemble": {"platform": "A", "real": real, "mixed": {"c": {}}}}


def test_a_scale_that_is_not_there_is_told_with_those_that_are(tmp_path):
    for name in ("b", "a"):
        (tmp_path / f"{name}.yaml").touch()
    with pytest.raises(InputError, match="no such scale; there are: a, b"):
        write_scale(tmp_path / "c.yaml")
