"""Which training sets are held against each other."""

from stages.classify.table.contrasts import controls, counterparts
from stages.common.params.assemble import Assemble
from stages.common.params.classes import Classes

REAL: dict[str, dict] = {
    "few": {"majority": 100, "minority": 50},
    "many": {"platform": "A", "majority": 200, "minority": {"oil": 50, "air": 50}},
    "elsewhere": {"platform": "B", "majority": 300, "minority": 50},
}
CLASSES = Classes(majority="protein", minority=["oil", "air"])


def pairs(**mixed):
    return counterparts(Assemble.model_validate({"platform": "A", "real": REAL, "mixed": {"set": mixed}}), CLASSES)


def test_a_mixed_set_is_held_against_the_same_real_images_without_synthetic_ones():
    assert pairs(majority=200, minority=50, synthetic=400) == {"set": "many"}
    assert pairs(majority=200, minority={"oil": 50}, synthetic=400) == {}


def test_synthetic_images_alone_stand_in_for_as_many_real_ones():
    assert pairs(platform="A", majority=100, synthetic=50) == {"set": "few"}
    assert pairs(majority=100, minority={"oil": 50}, synthetic={"air": 50}) == {"set": "few"}
    assert pairs(majority=100, synthetic=51) == {}


def test_another_platform_is_no_counterpart():
    assert pairs(majority=300, minority=50, synthetic=50) == {}
    assert pairs(platform="B", majority=300, minority=50, synthetic=50) == {"set": "elsewhere"}


REPEATED = {"repeated": {**REAL["many"], "methods": ["oversampling"]}}


def test_controls_are_the_same_real_images_by_another_method():
    mixed = {"majority": 200, "minority": 50, "synthetic": 400}
    other = {"majority": 100, "minority": 50, "synthetic": 50}
    sets = {"platform": "A", "real": {**REPEATED, **REAL}, "mixed": {"set": mixed, "other": other}}
    assemble = Assemble.model_validate(sets)
    assert controls(assemble, CLASSES) == {"set": ["repeated"]}
    assert counterparts(assemble, CLASSES) == {"set": "many", "other": "few"}


def test_a_mixed_set_with_a_method_is_held_against_the_real_one_with_the_same():
    mixed = {"majority": 200, "minority": 50, "synthetic": 4, "methods": ["oversampling"]}
    assemble = Assemble.model_validate({"platform": "A", "real": {**REAL, **REPEATED}, "mixed": {"set": mixed}})
    assert counterparts(assemble, CLASSES) == {"set": "repeated"}
