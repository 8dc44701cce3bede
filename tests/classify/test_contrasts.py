"""Which training sets are held against each other."""

from stages.classify.table.contrasts import counterparts
from stages.common.params.assemble import Assemble

REAL = {
    "few": {"platform": "A", "real": {"protein": 100, "oil": 50}},
    "many": {"platform": "A", "real": {"protein": 200, "oil": 50}},
    "elsewhere": {"platform": "B", "real": {"protein": 300, "oil": 50}},
}


def pairs(**mixed):
    return counterparts(Assemble.model_validate({"real": REAL, "mixed": {"set": mixed}}))


def test_a_mixed_set_is_held_against_the_same_real_images_without_synthetic_ones():
    assert pairs(platform="A", real={"protein": 200, "oil": 50}, synthetic={"oil": 400}) == {"set": "many"}


def test_synthetic_images_alone_stand_in_for_as_many_real_ones():
    assert pairs(platform="A", real={"protein": 100}, synthetic={"oil": 50}) == {"set": "few"}
    assert pairs(platform="A", real={"protein": 100}, synthetic={"oil": 51}) == {}


def test_another_platform_is_no_counterpart():
    assert pairs(platform="A", real={"protein": 300, "oil": 50}, synthetic={"oil": 50}) == {}
