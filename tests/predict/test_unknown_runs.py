import numpy as np
import pytest
from scipy.stats import ks_2samp, norm

from stages.predict.unknown.appearance import COLUMNS, Appearance
from stages.predict.unknown.composition import shares, weights_for
from stages.predict.unknown.departure import distance
from stages.predict.unknown.known import Known
from stages.predict.unknown.likened import QUANTITIES, Likened, joined

MIDDLES = np.array([[0.0, 0, 0], [12, 0, 0], [0, 12, 0]])
SPREAD = 0.1  # between runs, of what varies by 1 within them


def run_of(random: np.random.Generator, truth: np.ndarray, larger: float = 0.0, brighter: float = 0.0) -> Appearance:
    """A run of particles of known classes; `larger` of log diameters, `brighter` of intensities."""
    own = random.normal(0, SPREAD, 3)
    columns = random.normal(size=(len(truth), 1 + len(COLUMNS))) + random.normal(0, SPREAD)
    columns[:, 0] += larger
    columns[:, 1 + COLUMNS.index("intensity_mean")] += brighter
    features = MIDDLES[truth] + own + random.normal(size=(len(truth), 3))
    return Appearance(features, np.full((len(truth), 4), 175.0), columns)


@pytest.fixture(scope="module")
def known() -> Known:
    """Eight runs of 60 particles of each class."""
    random = np.random.default_rng(1)
    truths = [np.full(60, number) for number in range(3) for _ in range(8)]
    runs = [run_of(random, truth) for truth in truths]
    together = Appearance(
        *(np.concatenate([getattr(run, part) for run in runs]) for part in ("features", "profile", "columns"))
    )
    truth = np.concatenate(truths)
    return Known.fit(together, truth, truth, np.repeat(np.arange(24), 60), false_flags=0.05, false_alarms=0.01)


def test_the_distance_is_kolmogorov_and_smirnovs():
    random = np.random.default_rng(2)
    values, known = random.normal(size=80).round(1), random.normal(0.3, 1, 150).round(1)
    assert distance(values, known, np.ones(150)) == pytest.approx(ks_2samp(values, known).statistic)


def test_a_weight_is_so_many_particles():
    random = np.random.default_rng(3)
    values, known, times = random.normal(size=40), random.normal(size=60), random.integers(1, 5, 60)
    assert distance(values, known, times) == pytest.approx(ks_2samp(values, np.repeat(known, times)).statistic)


def test_the_distance_of_a_known_shift():
    random = np.random.default_rng(4)
    found = distance(random.normal(0.5, 1, 40_000), random.normal(size=40_000), np.ones(40_000))
    assert found == pytest.approx(2 * norm.cdf(0.25) - 1, abs=0.01)


def test_shares_undo_the_errors():
    """Of classes that are called rightly in 90 and 80 %, 7 to 3: 69 % are called the first."""
    called = np.repeat([0, 1], [690, 310])
    assert shares(called, np.array([[90_000, 10_000], [20_000, 80_000]])) == pytest.approx([0.7, 0.3], abs=1e-3)


def test_weights_of_each_class_add_up_to_its_share():
    truth, called = np.repeat([0, 1], [50, 200]), np.repeat([0, 1], [50, 200])
    weights = weights_for(np.repeat([0, 1], [90, 10]), truth, called, np.ones(250, bool))
    assert [weights[truth == 0].sum(), weights[truth == 1].sum()] == pytest.approx([0.9, 0.1], abs=0.02)


def test_known_runs_of_any_composition_raise_no_alarm(known):
    random = np.random.default_rng(5)
    alarms = np.zeros(2)
    for _ in range(60):
        truth = random.choice(3, 120, p=random.dirichlet([1, 1, 1]))
        likened = known.likened(run_of(random, truth), truth)
        alarms += known.run_test(likened).alarm, known.drift(likened).alarm
    assert (alarms <= 4).all()  # 0.6 are expected


def test_strange_particles_among_known_ones_raise_an_alarm(known):
    random = np.random.default_rng(6)
    truth = np.repeat([0, 1], [60, 60])
    run = run_of(random, truth)
    run.features[60:90] += [0, 0, 8]
    verdict = known.run_test(known.likened(run, truth))
    assert verdict.alarm
    group, quantity = np.unravel_index(np.nanargmax(verdict.departures), verdict.departures.shape)
    assert (group, verdict.quantities[quantity]) == (1, "distance")
    assert np.isnan(verdict.departures[2]).all()  # nothing was called so


@pytest.mark.parametrize(("change", "quantity"), [({"larger": 1.0}, "diameter"), ({"brighter": 1.0}, "intensity_mean")])
def test_drift_names_what_has_changed(known, change, quantity):
    random = np.random.default_rng(7)
    truth = np.repeat([0, 1, 2], 60)
    verdict = known.drift(known.likened(run_of(random, truth, **change), truth))
    assert verdict.alarm
    assert QUANTITIES[np.nanargmax(verdict.departures[0])] == quantity


def test_a_run_read_in_parts_is_the_same_run(known):
    random = np.random.default_rng(8)
    truth = random.integers(0, 3, 100)
    run = run_of(random, truth)
    parts = [known.likened(run[rows], truth[rows]) for rows in np.array_split(np.arange(100), 3)]
    whole = known.drift(known.likened(run, truth)).departures
    assert np.array_equal(known.drift(joined(parts)).departures, whole, equal_nan=True)


def test_so_many_particles_as_a_test_needs_notice_that_half_are_strange_and_fewer_say_that_they_do_not(known):
    random = np.random.default_rng(9)
    fewest = int(known.run_test(known.likened(run_of(random, np.zeros(60, int)), np.zeros(60, int))).fewest)
    assert 8 < fewest < 60
    for particles, tested in ((fewest - 3, False), (fewest + 3, True), (3, False)):
        truth = np.zeros(particles, int)
        verdict = known.run_test(known.likened(run_of(random, truth), truth))
        assert (verdict.alarm, verdict.tested) == (False, tested)
    alarms = 0
    for _ in range(20):
        truth = np.zeros(2 * fewest, int)
        run = run_of(random, truth)
        run.features[: int(1.2 * fewest)] += [0, 0, 20]  # six tenths
        alarms += known.run_test(known.likened(run, truth)).alarm
    assert alarms >= 19


def test_a_run_without_particles_raises_no_alarm(known):
    empty = Likened(np.zeros(0, int), np.zeros(0), np.zeros(0), np.zeros((0, len(QUANTITIES))))
    assert not known.run_test(empty).alarm
    assert not known.drift(empty).alarm
    assert not known.run_test(empty).tested
    assert known.flags(empty).shape == (0,)
