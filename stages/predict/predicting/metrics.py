"""The stage's numbers: each run, each sample."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from stages.predict.answering.answer import Answer
from stages.predict.answering.part import Facts
from stages.predict.answering.warnings import numbers

RUN, SAMPLE = "run", "sample"
ABOUT = (
    "Counts and particles/mL of each class in all sizes, corrected for misclassification, with intervals of the stated "
    "level that hold counting and what the misclassification matrix leaves open; those of samples hold how far runs "
    "differ, too. A class that isn't found is at most `per_ml_high`. Blanks are not subtracted. Counts of "
    "`alarmed` runs aren't to be trusted: these are unlike those that the network knows. A run isn't `tested` where "
    "wholly strange particles could be half of those called one class (drift: half of all) and pass unnoticed; "
    "`fewest` is how many such particles it takes."
)


def named_counts(counts: pd.DataFrame, facts: Facts, of: str, name: str, alarms: Sequence[bool]) -> pd.DataFrame:
    """`counts` with whose they are, of how many runs, and how many of these raised an alarm: `alarms`, one a run."""
    told: dict[str, str | int] = {"of": of, "name": name, "platform": facts.platform, "sample": facts.sample}
    told |= {"role": facts.role, "runs": len(alarms), "alarmed": sum(alarms)}
    return pd.concat([pd.DataFrame(told, index=counts.index), counts], axis=1)


def run_metrics(answer: Answer, network: str) -> dict:
    """What a run's answer by `network` holds besides its counts."""
    review, unknown = (answer.particles[name].drop_null().to_numpy() for name in ("review", "unknown"))
    return {
        "sample": answer.facts.sample,
        "platform": answer.facts.platform,
        "role": answer.facts.role,
        "network": network,
        "particles": len(answer.particles),
        "without_image": answer.facts.without_image,
        "review_share": float(np.mean(review)) if len(review) else None,
        "unknown": int(np.count_nonzero(unknown)),
        "foreign": numbers(answer.foreign),
        "drift": numbers(answer.drift),
        "notes": [*answer.warnings, *answer.notes],
    }


def summed(told: dict[str, dict], counts: pd.DataFrame, networks: dict[str, str], origin: str) -> dict:
    """The whole of metrics/predict.json; `networks`: by platform."""
    whole = counts[counts["at_least_um"] == 0]
    runs, samples = (whole[whole["of"] == of] for of in (RUN, SAMPLE))
    particles = sum(each["particles"] for each in told.values())
    reviewed = sum(each["particles"] * (each["review_share"] or 0) for each in told.values())
    return {
        "networks": networks,
        "data": origin,
        "runs": len(told),
        "particles": particles,
        "review_share": reviewed / particles if particles else None,
        "runs_with_foreign_particles": sorted(name for name, one in told.items() if one["foreign"]["alarm"]),
        "runs_that_drift": sorted(name for name, one in told.items() if one["drift"]["alarm"]),
        "runs_too_small_to_test": sorted(name for name, one in told.items() if _too_small(one)),
        "by_run": {name: one | {"classes": _classes(runs[runs["name"] == name])} for name, one in told.items()},
        "by_sample": {
            platform: {name: _classes(own) for name, own in members.groupby("name", sort=False)}
            for platform, members in samples.groupby("platform", sort=True)
        },
        "about": ABOUT,
    }


def _too_small(one: dict) -> bool:
    """Whether a run without an alarm holds too few particles for one of the tests, which more could pass."""
    tests = one["foreign"], one["drift"]
    small = any(not test["tested"] and test["fewest"] is not None for test in tests)
    return small and not any(test["alarm"] for test in tests)


def _classes(rows: pd.DataFrame) -> dict[str, dict]:
    """Of one run or sample, by class."""
    wanted = ["called", "count", "count_low", "count_high", "found", "per_ml", "per_ml_low", "per_ml_high"]
    table = rows.set_index("class")[wanted].astype(object)
    return table.where(table.notna(), None).to_dict("index")
