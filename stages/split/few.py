"""What so few labelled particles can't tell; said here, before hours are spent."""

import pandas as pd

from stages.common.proportions import wilson

LEARNABLE = 2  # particles in a split: a generator needs so many, and so does whoever judges it
# From so many on, Wilson's interval of a faultless recall begins at 90 %. With fewer, percentiles of drawn particles
# lie too near each other: they miss the true average precision more often than 1 time in 20.
ENOUGH = 35


def doubts(splits: pd.DataFrame, by_image: dict[str, list[str]]) -> list[str]:
    """A sentence for each class of each platform and each thing that its particles are too few for.

    `splits`: platform, class, run and split of each particle; `by_image`: by platform, the classes divided by image.
    """
    told = []
    for (platform, name), own in splits.groupby(["platform", "class"]):
        counts = own["split"].value_counts()
        which = f"{name} on {platform}"
        if name in by_image.get(platform, []):
            runs = own["run"].nunique()
            told.append(
                f"{which}: {runs} run{'s' if runs > 1 else ''}, divided by image: its figures flatter, and hold for no "
                "other run"
            )
        for part, need in {
            "train": "be learnt",
            "selection": "be judged while learnt",
            "validation": "be judged",
        }.items():
            if counts.get(part, 0) < LEARNABLE:
                told.append(f"{which}: {counts.get(part, 0)} in the {part} split, too few to {need}")
        if LEARNABLE <= counts.get("validation", 0) < ENOUGH:
            count = counts["validation"]
            told.append(
                f"{which}: {count} in the validation split: a recall of 100 % would be known as more than "
                f"{100 * wilson(count, count)[0]:.0f} %, and the interval of average precision is too narrow"
            )
    return told
