import miepython
import numpy as np
import pytest

from stages.simulate.optics import mie
from stages.simulate.optics.microscope import MEDIUM


@pytest.mark.parametrize("index", [1.40 / MEDIUM, 1 / MEDIUM, 1.59 / MEDIUM])
@pytest.mark.parametrize("size", [3.0, 40.0, 150.0])
def test_scattering_amplitudes_are_those_of_miepython(index, size):
    angles = np.linspace(0, 0.23, 7)
    s1, s2 = miepython.S1_S2(index, size, np.cos(angles), norm="wiscombe")
    ours = mie.amplitude(size, index, *mie.angular_functions(mie.orders_for(size), angles))
    # The other library's time factor is the opposite one, so its amplitudes are the conjugates.
    assert np.allclose(ours, np.conj(s1 + s2) / 2, rtol=1e-6)


@pytest.mark.parametrize("size", [3.0, 40.0])
def test_forward_scattering_obeys_the_optical_theorem(size):
    extinction = miepython.efficiencies_mx(1.2, size)[0]
    forward = mie.amplitude(size, 1.2, *mie.angular_functions(mie.orders_for(size), np.zeros(1)))[0]
    assert 4 / size**2 * forward.real == pytest.approx(extinction, rel=1e-6)
