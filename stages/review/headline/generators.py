"""What the generators come to: the worst class counts."""

from stages.review.headline.numbers import half_of, numbered


def of_generators(quality: dict[str, dict]) -> dict[str, dict]:
    """Figures by name. quality: class -> its metrics/quality."""
    figures = {}
    if quality:
        worst = max(quality.values(), key=lambda found: found["kid"] - found["kid_floor"])
        figures["kid_over_floor"] = numbered(worst["kid"] - worst["kid_floor"], worst["kid_sd"])
    told = [found["two_sample"] for found in quality.values() if "accuracy" in found.get("two_sample", {})]
    if told:
        easiest = max(told, key=lambda found: found["accuracy"])
        easiest = easiest | {"value": easiest["accuracy"]}
        figures["synthetic_told_apart"] = numbered(easiest["value"], half_of(easiest))
    return figures
