"""The fast renderers against the slow reference, over sizes and defocus."""

import pytest

from benchmarks.simulate_agreement import agreement

KINDS = ["silicone_oil", "air_bubble", "bead", "protein", "glass", "cellulose", "rubber"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("diameter_um", [2.0, 10.0])
def test_what_can_be_found_looks_as_the_reference_has_it(settings, kind, diameter_um):
    """Where something departs from the background by more than the instrument's threshold; 5, 20 and 40 um are in
    benchmarks/simulate.py, which takes minutes."""
    found = agreement(settings, "A", kind, diameter_um)
    seen = [image for image in found if image["departure"] > settings.platforms["A"].threshold_light]
    assert all(image["r"] > 0.95 for image in seen), [(image["z_um"], round(image["r"], 3)) for image in seen]
    if diameter_um > 2:
        assert len(seen) >= 6
