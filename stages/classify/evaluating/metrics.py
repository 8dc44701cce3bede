"""The metrics file of one classifier: headline numbers first, then intervals, classes and prevalences."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from stages.classify.evaluating import equal_recall, shifted
from stages.classify.evaluating.answers import Answers
from stages.classify.evaluating.judge import judged
from stages.classify.evaluating.label_noise import label_noise
from stages.classify.evaluating.predict import Classifier
from stages.classify.evaluating.prevalence import shares_at
from stages.classify.evaluating.sizes import recall_by_size
from stages.common.base.origin import origin_of
from stages.common.base.seeds import random_of
from stages.common.confusion import recalls
from stages.common.majority import minorities
from stages.common.params.evaluate import Evaluate

HEADLINE = ("macro_recall", "macro_precision", "macro_auprc")
INTERVALS = (
    "95 %. Recall, and precision at native prevalence: Wilson, particles taken as independent. recall_over_runs: for "
    "further runs, from the variance between these (Korn and Graubard). Precision at other prevalences: Wilson on "
    "recall joined with Clopper-Pearson on the false-alarm rates. Macro scores: from those of the classes. Average "
    "precision: {times} bootstrap resamples of each class, by run or particle as resampled_by says; none at a rare "
    "prevalence, where resampling doesn't see rare false alarms."
)
WITHOUT = (
    "without the majority particles that every seed calls the same minority class with confidence: an upper bound, "
    "since the classifier itself names them"
)


@dataclass(frozen=True)
class Judged:
    """The particles judged (a row each, with run and row in its array), the `answers` of each trained seed, the
    selected one first, its answers on the `selection` split, the label-error candidates `found`, and the diameter
    `column` with its values in um."""

    particles: pd.DataFrame
    answers: list[Answers]
    selection: Answers
    found: pd.DataFrame
    column: str | None
    diameter: np.ndarray


def metrics_of(them: Judged, classifier: Classifier, settings: Evaluate, seed: int) -> dict:
    """All but `macro_recall_of_seeds` and the candidates is of the selected seed."""

    def figures(answers: Answers) -> dict:
        random = random_of(seed, "bootstrap")
        return judged(answers, prevalence=settings.prevalence, times=settings.bootstrap, random=random)

    chosen = them.answers[0]
    blocks = figures(chosen)
    trusted = ~them.particles["particle_id"].isin(them.found["particle_id"]).to_numpy()
    return {
        **{name: blocks["native"][name]["value"] for name in HEADLINE},
        "data": origin_of(them.particles),
        "platform": classifier.platform,
        "particles": len(them.particles),
        "seeds": len(them.answers),
        "macro_recall_of_seeds": [float(recalls(answers.counts).mean()) for answers in them.answers],
        "training": classifier.training,
        "methods": classifier.methods,
        "selection": classifier.selection,
        "intervals": INTERVALS.format(times=settings.bootstrap),
        **blocks,
        "at_equal_recall": {
            "meaning": equal_recall.MEANING,
            "classes": {
                chosen.classes[number]: equal_recall.at_equal_recall(them.answers, number)
                for number in minorities(len(chosen.classes))
            },
        },
        "shifted": {
            "meaning": shifted.MEANING,
            "log_prior": shifted.shifted(chosen, -np.array(classifier.log_prior)),
            "selection": shifted.shifted(chosen, shifted.best_biases(them.selection)),
        },
        "recall_by_size": recall_by_size(chosen, them.column, them.diameter, settings.size_edges_um),
        "label_noise": label_noise(chosen, them.found, shares_at(chosen.counts, settings.prevalence)),
        "without_label_suspects": {"suspects": len(them.found), "meaning": WITHOUT, **figures(chosen.of(trusted))},
    }
