"""The metrics file of one classifier: headline numbers first, then intervals, classes and prevalences."""

import numpy as np
import pandas as pd

from stages.classify.data.scores import confusion, recalls
from stages.classify.evaluating.judge import judged
from stages.classify.evaluating.predict import Classifier
from stages.common.base.origin import origin_of
from stages.common.base.seeds import random_of
from stages.common.params.evaluate import Evaluate

HEADLINE = ("macro_recall", "macro_precision", "macro_auprc")


def metrics_of(
    particles: pd.DataFrame,
    label: np.ndarray,
    seeds: list[np.ndarray],
    found: pd.DataFrame,
    classifier: Classifier,
    settings: Evaluate,
    seed: int,
) -> dict:
    """`particles` (N rows) with `label` (N,); `seeds`: probabilities (N, classes) of each trained seed, the selected
    one first, which all figures but `macro_recall_of_seeds` are of; `found`: the label-error candidates."""

    def figures(kept: np.ndarray) -> dict:
        return judged(
            label[kept],
            seeds[0][kept],
            particles["run"].to_numpy()[kept],
            classifier.classes,
            settings.prevalence,
            settings.bootstrap,
            random_of(seed, "bootstrap"),
        )

    blocks = figures(np.ones(len(label), bool))
    without = figures(~particles["particle_id"].isin(found["particle_id"]).to_numpy())["native"]
    return {
        **{name: blocks["native"][name]["value"] for name in HEADLINE},
        "data": origin_of(particles),
        "platform": classifier.platform,
        "particles": len(particles),
        "seeds": len(seeds),
        "macro_recall_of_seeds": [macro_recall(label, probabilities) for probabilities in seeds],
        "training": classifier.training,
        "selection": classifier.selection,
        "intervals": "95 %. Recall, and precision at native prevalence: Wilson, particles taken as independent; "
        f"macro recall: from those. All others: {settings.bootstrap} bootstrap resamples of each class, by run or "
        "particle as resampled_by says; width zero then means that no error was seen, not that there is none.",
        **blocks,
        "without_label_suspects": {
            "suspects": len(found),
            "meaning": "without the majority particles that every seed calls the same minority class with confidence: "
            "an upper bound, since the classifier itself names them",
            **{name: without[name] for name in HEADLINE},
        },
    }


def macro_recall(label: np.ndarray, probabilities: np.ndarray) -> float:
    return float(recalls(confusion(label, probabilities.argmax(axis=1), probabilities.shape[1])).mean())
