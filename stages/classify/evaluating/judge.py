"""All figures of one classifier on the particles of one platform."""

import numpy as np

from stages.classify.evaluating.answers import Answers
from stages.classify.evaluating.averages import MEANS, averages, averages_with_intervals
from stages.classify.evaluating.bootstrap import resampling_units
from stages.classify.evaluating.means import mean_of_dependent, mean_of_independent
from stages.classify.evaluating.prevalence import false_alarms, precision_at, resolution, shares_at
from stages.classify.evaluating.runs import ONE_RUN, recall_over_runs
from stages.common.majority import minorities
from stages.common.proportions import counted


def judged(answers: Answers, *, prevalence: float, times: int, random: np.random.Generator) -> dict[str, dict]:
    """Recall, and at three prevalences precision and average precision, with 95 % intervals.

    "native": as counted. "balanced" and "at_prevalence" are reweighted, not measured (`shares_at`). Average precision
    at a rare prevalence has a value alone: it hangs on false alarms too rare to be resampled.
    """
    shares = shares_at(answers.counts, prevalence)
    common = {name: shares[name] for name in ("native", "balanced")}
    found = averages_with_intervals(answers, common, times=times, random=random)
    rare = shares["at_prevalence"]
    return {
        "native": _native(answers, found["native"]),
        "balanced": {"reweighted": True, **_reweighted(answers, shares["balanced"], found["balanced"])},
        "at_prevalence": {
            "reweighted": True,
            "prevalence": prevalence,
            **_reweighted(answers, rare, averages(answers, rare)),
            "resolution": {
                answers.classes[number]: resolution(answers.counts, rare, number)
                for number in minorities(len(answers.classes))
            },
        },
    }


def _native(answers: Answers, average: dict) -> dict:
    """What is counted: recall and precision are shares."""
    counts, classes = answers.counts, {}
    units = resampling_units(answers.label, answers.run, len(counts))
    for number, name in enumerate(answers.classes):
        hits, there, called = (int(n) for n in (counts[number, number], counts[number].sum(), counts[:, number].sum()))
        classes[name] = {
            "particles": there,
            "called": called,
            "recall": counted(hits, there),
            "recall_over_runs": recall_over_runs(answers, number),
            "precision": counted(hits, called),
            "average_precision": average["classes"][name],
            "resampled_by": units[number],
        }
    return {
        "macro_recall": mean_of_independent([scores["recall"] for scores in classes.values()]),
        "macro_recall_over_runs": _macro_over_runs([scores["recall_over_runs"] for scores in classes.values()]),
        "macro_precision": mean_of_dependent([scores["precision"] for scores in classes.values()]),
        **{name: average[name] for name in MEANS},
        "classes": classes,
    }


def _macro_over_runs(recalls: list[dict]) -> dict:
    fewest = min(recall["runs"] for recall in recalls)
    return {"runs": fewest, **({"note": ONE_RUN} if fewest < 2 else mean_of_independent(recalls))}


def _reweighted(answers: Answers, shares: np.ndarray, average: dict) -> dict:
    classes = {
        name: {
            "precision": precision_at(answers.counts, shares, number),
            "false_alarm_rate": dict(
                zip(("value", "low", "high"), false_alarms(answers.counts, shares, number), strict=True)
            ),
            "average_precision": average["classes"][name],
        }
        for number, name in enumerate(answers.classes)
    }
    return {
        "macro_precision": mean_of_dependent([scores["precision"] for scores in classes.values()]),
        **{name: average[name] for name in MEANS},
        "classes": classes,
    }
