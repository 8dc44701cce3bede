"""Which of the times 1 to T a sampler visits when it takes fewer steps than T."""

import numpy as np

# Above this ratio of noise to signal nothing of an image is left to decide (Karras et al. 2022, table 1: sigma_max).
LARGEST_NOISE = 80.0
# Below this ratio no step is worth its call: in standardized images of particles the camera's noise is about as large,
# and what remains is told better in one answer than in many, each with an error of its own.
SMALLEST_NOISE = 0.1


def even_times(total: int, steps: int) -> np.ndarray:
    """`steps` + 1 whole times from `total` down to 0, evenly spaced (Song et al. 2021, appendix D.2)."""
    return np.linspace(total, 0, steps + 1).round().astype(int)


def noise_level_times(alpha_bar: np.ndarray, steps: int, rho: float = 7.0) -> np.ndarray:
    """`steps` + 1 falling whole times, the last one 0, spaced in sigma^(1/rho) (Karras et al. 2022, eq. 5).

    sigma = sqrt(1 / alpha_bar - 1). It starts at the last time with sigma up to LARGEST_NOISE, or, where the schedule
    ends without any signal, at T itself, as such a model was trained to (Lin et al. 2023, section 3.3). The last step
    leads from SMALLEST_NOISE to the image. Where the levels lie closer than whole times do, no time is visited twice.
    """
    if alpha_bar[-1] == 0:
        return np.append(len(alpha_bar) - 1, noise_level_times(alpha_bar[:-1], steps - 1, rho) if steps > 1 else 0)
    sigma = np.sqrt(1 / alpha_bar[1:] - 1)
    last = max(int(np.searchsorted(sigma, LARGEST_NOISE, side="right")), steps)
    smallest = np.clip(SMALLEST_NOISE, sigma[0], sigma[last - steps])
    levels = np.linspace(smallest ** (1 / rho), sigma[last - 1] ** (1 / rho), steps) ** rho
    nearest = np.interp(np.log(levels), np.log(sigma[:last]), np.arange(1, last + 1)).round().astype(int)
    rank = np.arange(steps)
    rising = np.maximum.accumulate(nearest - rank) + rank
    return np.append(np.minimum(rising, last - rank[::-1])[::-1], 0)
