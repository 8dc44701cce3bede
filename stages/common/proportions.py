"""95 % intervals of counted shares, `hits` of `total`, each taken as an independent trial."""

from statsmodels.stats.proportion import proportion_confint


def wilson(hits: float, total: float) -> tuple[float, float]:
    """Wilson's score interval (1927); (0, 1) where there were none to count.

    >>> low, high = wilson(97, 100)
    >>> f"{low:.3f} to {high:.3f}"
    '0.915 to 0.990'
    """
    return _limits(hits, total, "wilson")


def clopper_pearson(hits: float, total: float) -> tuple[float, float]:
    """Clopper and Pearson's exact interval (1934): it never covers less, however rare the hits; (0, 1) for 0 of 0.

    `hits` and `total` need not be whole: an effective number of trials will do.
    """
    return _limits(hits, total, "beta")


def _limits(hits: float, total: float, method: str) -> tuple[float, float]:
    if total == 0:
        return 0.0, 1.0
    low, high = proportion_confint(hits, total, method=method)
    # Rounding must not put 0 of n or n of n outside.
    return min(float(low), hits / total), max(float(high), hits / total)


def counted(hits: float, total: float) -> dict[str, float]:
    """The share with Wilson's interval; 0 where there were none to count."""
    low, high = wilson(hits, total)
    return {"value": hits / total if total else 0.0, "low": low, "high": high}
