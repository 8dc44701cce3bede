import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import load, save
from scipy.stats import binom, f
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors

from stages.predict.unknown.appearance import COLUMNS, Appearance, columns_of, radial_profile
from stages.predict.unknown.arrays import from_arrays, to_arrays
from stages.predict.unknown.known import Known
from stages.predict.unknown.nearest import NEIGHBOURS, nearest, unlikeness
from stages.predict.unknown.space import Space

MIDDLES = np.array([[0.0, 0, 0], [12, 0, 0], [0, 12, 0]])


def plain(features: np.ndarray) -> Appearance:
    """Particles that differ in the network's features alone."""
    return Appearance(features, np.full((len(features), 4), 175.0), np.zeros((len(features), 1 + len(COLUMNS))))


def known_of(random: np.random.Generator, each: int, false_flags: float = 0.05) -> Known:
    """Three classes about MIDDLES with unit variance, four runs of each, every particle called what it is."""
    truth = np.repeat([0, 1, 2], 4 * each)
    run = np.repeat(np.arange(12), each)
    return Known.fit(
        plain(MIDDLES[truth] + random.normal(size=(12 * each, 3))), truth, truth, run, false_flags, false_alarms=0.01
    )


def test_distances_are_those_of_another_implementation():
    random = np.random.default_rng(1)
    known, points = random.normal(size=(300, 7)).astype(np.float32), random.normal(size=(50, 7)).astype(np.float32)
    strangers, units = np.full(50, -1), np.zeros(300, int)
    distances, numbers = nearest(points, strangers, np.ascontiguousarray(known.T), units)
    expected, expected_numbers = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(known).kneighbors(points)
    assert distances == pytest.approx(expected, rel=1e-5)
    assert (numbers == expected_numbers).all()


def test_distances_leave_the_own_run_out():
    random = np.random.default_rng(2)
    known, run = random.normal(size=(90, 4)).astype(np.float32), np.repeat([0, 1, 2], 30)
    distances, _ = nearest(known, run, np.ascontiguousarray(known.T), run)
    others = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(known[run != 1])
    assert distances[run == 1] == pytest.approx(others.kneighbors(known[run == 1])[0], rel=1e-5)


def test_a_particle_has_the_same_bytes_whatever_stands_beside_it():
    random = np.random.default_rng(3)
    known = known_of(random, 40)
    seen, called = plain(random.normal(size=(100, 3)) * 5), np.zeros(100, int)
    whole = known.likened(seen, called).unlikeness
    parts = [known.likened(seen[rows], called[rows]).unlikeness for rows in np.array_split(np.arange(100), 7)]
    assert (whole == np.concatenate(parts)).all()


def test_features_are_whitened():
    features = np.random.default_rng(4).normal(size=(500, 20)) @ np.random.default_rng(5).normal(size=(20, 20))
    found = Space.fit(plain(features)).coordinates(plain(features))[:, :16]
    expected = PCA(16, whiten=True).fit_transform(features) / 4
    assert np.abs(found) == pytest.approx(np.abs(expected), abs=1e-3)


def test_the_area_under_the_curve_is_that_of_two_normal_laws():
    """Of particles twice as widely spread about the same middle: squared distances from it are chi squared of three
    degrees of freedom, so that it is a probability of Fisher's F."""
    random = np.random.default_rng(6)
    truth, run = np.zeros(1500, int), np.repeat(np.arange(10), 150)
    known = Known.fit(plain(random.normal(size=(1500, 3))), truth, truth, run, 0.05, 0.01)
    own, foreign = random.normal(size=(3000, 3)), 2 * random.normal(size=(3000, 3))
    scores = [known.likened(plain(each), np.zeros(3000, int)).distance for each in (own, foreign)]
    found = roc_auc_score(np.repeat([0, 1], 3000), np.concatenate(scores))
    assert found == pytest.approx(f.sf(1 / 4, 3, 3), abs=0.03)


def test_the_same_distance_is_stranger_where_known_particles_lie_closer():
    distances = np.array([[1.0, 2, 6], [1, 2, 6]])
    assert unlikeness(distances, np.array([[0.5, 1, 1.5], [3, 4, 5]])) == pytest.approx([6, 3])


def test_no_more_known_particles_are_flagged_than_stated():
    random = np.random.default_rng(7)
    known = known_of(random, 250, false_flags=0.05)
    truth = np.repeat([0, 1, 2], 2000)
    flags = known.flags(known.likened(plain(MIDDLES[truth] + random.normal(size=(6000, 3))), truth))
    for number in range(3):
        # The threshold itself was drawn from 1,000 particles.
        assert 0.005 < flags[truth == number].mean() < 0.05 + 3 * binom.std(1000, 0.05) / 1000


def test_what_lies_between_the_classes_is_flagged():
    known = known_of(np.random.default_rng(8), 250)
    between = plain(np.tile([6.0, 6.0, 0.0], (20, 1)))
    assert known.flags(known.likened(between, np.zeros(20, int))).all()


def test_too_few_particles_of_a_class_set_no_threshold():
    known = known_of(np.random.default_rng(9), 4, false_flags=0.05)  # 16 of each class: 19 are needed
    assert np.isinf(known.thresholds).all()


def test_arrays_hold_everything():
    random = np.random.default_rng(10)
    known = known_of(random, 30)
    again = from_arrays(load(save(to_arrays(known))))
    seen, called = plain(3 * random.normal(size=(60, 3))), random.integers(0, 3, 60)
    first, second = (each.likened(seen, called) for each in (known, again))
    assert (first.unlikeness == second.unlikeness).all()
    assert (known.flags(first) == again.flags(second)).all()
    for one, other in ((known.run_test(first), again.run_test(second)), (known.drift(first), again.drift(second))):
        assert np.array_equal(one.departures, other.departures, equal_nan=True)
        assert (one.limit, one.alarm) == (other.limit, other.alarm)


def test_one_run_with_all_classes_is_enough_for_flags():
    """A folder of sorted crops is one run: particles are then held against the others of it."""
    random = np.random.default_rng(11)
    truth = np.repeat([0, 1, 2], 100)
    known = Known.fit(
        plain(MIDDLES[truth] + random.normal(size=(300, 3))), truth, truth, np.zeros(300, int), 0.05, 0.01
    )
    assert np.isfinite(known.thresholds).all()
    assert known.runs.limit == known.drifts.limit == np.inf


def test_the_profile_of_a_disc():
    across = np.arange(64) - 31.5
    image = np.where(np.hypot(across[:, None], across) < 10, 60, 175).astype(np.uint8)
    profile = radial_profile(image[None])[0]
    assert profile == pytest.approx([60] * 5 + [175] * 11)


def test_columns_take_the_diameter_that_there_is():
    table = pd.DataFrame({"abd_um": [np.nan, 2.0], "ecd_um": [5.0, 7.0], "esd_um": [6.0, 8.0]})
    table[["circularity", "aspect_ratio", "intensity_mean"]] = 0.5
    columns = columns_of(table.assign(intensity_sd=np.nan))
    assert np.exp(columns[:, 0]) == pytest.approx([5, 2])
    assert np.isnan(columns[:, 4]).all()


def test_a_column_that_isnt_reported_counts_nothing():
    random = np.random.default_rng(12)
    seen = Appearance(random.normal(size=(50, 3)), random.normal(size=(50, 4)), random.normal(size=(50, 5)))
    space = Space.fit(seen)
    without = seen.columns.copy()
    without[:, 2] = np.nan
    found = space.coordinates(Appearance(seen.features, seen.profile, without))
    assert (found[:, -3] == 0).all()
    assert (np.delete(found, -3, axis=1) == np.delete(space.coordinates(seen), -3, axis=1)).all()
