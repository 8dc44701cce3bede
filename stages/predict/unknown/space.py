"""Coordinates in which likeness is distance: the network's features along their principal axes, the radial profile and
the instrument's columns, each brought to unit variance and each of the three counting alike.

Unit variance along the axes makes what the classes hardly differ in count as much as what tells them apart: a network
sends rubber and bubbles to the same place along the axes of largest variance (whitening: Kamoi and Kobayashi 2020,
arXiv:2003.00402). Nearest neighbours there (Sun et al. 2022, arXiv:2204.06507) follow classes of any shape.
"""

from dataclasses import dataclass

import numpy as np

from stages.predict.unknown.appearance import Appearance

AXES = 16  # principal axes of the features
LEAST = 1e-6  # of a standard deviation, over the largest: what never varies counts nothing


@dataclass(frozen=True)
class Space:
    """Origins and scales of the three parts: features (F,) and (F, axes), profile (R,) and columns (K,) two each."""

    features_mean: np.ndarray
    features_axes: np.ndarray
    profile_mean: np.ndarray
    profile_scale: np.ndarray
    columns_mean: np.ndarray
    columns_scale: np.ndarray

    @classmethod
    def fit(cls, known: Appearance) -> "Space":
        """The space of `known` particles."""
        features = known.features.astype(np.float64)
        mean = features.mean(axis=0)
        variances, axes = np.linalg.eigh(np.cov(features - mean, rowvar=False))
        variances, axes = variances[::-1][:AXES], axes[:, ::-1][:, :AXES]
        # The sign of an axis is arbitrary: its largest entry is made positive.
        axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
        kept = variances > LEAST * variances[0]
        whitening = axes[:, kept] / np.sqrt(variances[kept] * kept.sum())
        return cls(mean, whitening, *_standard(known.profile), *_standard(known.columns))

    def coordinates(self, seen: Appearance) -> np.ndarray:
        """float32 (N, axes + R + K), the features first; what the instrument doesn't report lies at the mean."""
        return np.concatenate(
            [
                # Not by BLAS, whose sums depend on how many particles come together.
                np.einsum("nf,fa->na", seen.features - self.features_mean, self.features_axes),
                (seen.profile - self.profile_mean) * self.profile_scale,
                np.nan_to_num((seen.columns - self.columns_mean) * self.columns_scale),
            ],
            axis=1,
        ).astype(np.float32)

    def __len__(self) -> int:
        """How many coordinates there are."""
        return self.features_axes.shape[1] + len(self.profile_mean) + len(self.columns_mean)


def _standard(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means (K,), and factors (K,) to unit variance over sqrt(K); 0 for what never varies or was never reported."""
    reported = ~np.isnan(values).all(axis=0)
    means, scales = np.zeros(values.shape[1]), np.zeros(values.shape[1])
    means[reported] = np.nanmean(values[:, reported], axis=0)
    deviations = np.nanstd(values[:, reported], axis=0)
    scales[reported] = np.divide(1, deviations, out=np.zeros_like(deviations), where=deviations > LEAST)
    return means, scales / np.sqrt(max(reported.sum(), 1))
