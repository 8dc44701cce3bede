"""Judge one trained network on the validation split: `python -m stages.classify.evaluating real-0 resnet18`."""

from pathlib import Path

import numpy as np
import pandas as pd

from stages.classify.data.images import Images, of_particles
from stages.classify.evaluating.answers import Answers
from stages.classify.evaluating.embedding import sampled
from stages.classify.evaluating.metrics import Judged, metrics_of
from stages.classify.evaluating.pictures import SHOWN, candidates, confusion_matrix, precision_recall
from stages.classify.evaluating.predict import Classifier, predicted, read_classifier
from stages.classify.evaluating.sizes import diameters
from stages.classify.evaluating.suspects import suspects
from stages.common.base.arguments import arguments
from stages.common.base.errors import InputError, run
from stages.common.base.files import replacing_folder, write_csv, write_json, write_parquet
from stages.common.base.origin import title
from stages.common.base.parameters import Block, read_parameters
from stages.common.base.progress import progress
from stages.common.figures import save
from stages.common.majority import MAJORITY
from stages.common.names import classifier_name
from stages.common.params.evaluate import Evaluate

COLUMNS = ["particle_id", "run", "platform", "class"]


class Parameters(Block):
    """What this script reads of params.yaml."""

    seed: int
    evaluate: Evaluate


def looked_at(classifier: Classifier, images: Images, kept: np.ndarray, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of all `images` (N, classes), and features of the images `kept` (n, width)."""
    probabilities, features = [], []
    for numbers, found, feature in progress(predicted(classifier, images), f"evaluate {name}, batches"):
        probabilities.append(found)
        features.append(feature[np.isin(numbers, kept)])
    return np.concatenate(probabilities), np.concatenate(features)


def predictions_table(particles: pd.DataFrame, probabilities: np.ndarray, classes: list[str]) -> pd.DataFrame:
    """A row a particle: what it is, what it was called, and the probability of each class."""
    called = np.array(classes)[probabilities.argmax(axis=1)]
    shares = pd.DataFrame(probabilities, columns=[f"p_{name}" for name in classes], index=particles.index)
    return particles[COLUMNS].assign(predicted=called).join(shares).assign(simulated=particles["simulated"])


def embedding_table(particles: pd.DataFrame, features: np.ndarray) -> pd.DataFrame:
    """A row a particle, with the features f0, f1, ... of the network's last layer but one."""
    columns = pd.DataFrame(features, columns=[f"f{i}" for i in range(features.shape[1])], index=particles.index)
    return particles[[*COLUMNS, "simulated"]].join(columns)


def own_particles(particles: pd.DataFrame, classifier: Classifier) -> np.ndarray:
    """Positions of the particles that the classifier is judged on: its platform's, of its classes."""
    own = (particles["platform"] == classifier.platform) & particles["class"].isin(classifier.classes)
    if missing := [name for name in classifier.classes if name not in set(particles.loc[own, "class"])]:
        raise InputError(
            f"no particle of {', '.join(missing)} in the validation split of platform {classifier.platform}: "
            "give split.fractions.validation in params.yaml a larger share"
        )
    return np.flatnonzero(own)


def selection_answers(classifier: Classifier, splits: pd.DataFrame, name: str) -> Answers:
    """What the classifier says of the particles that chose it."""
    mine = (splits["platform"] == classifier.platform) & splits["class"].isin(classifier.classes)
    particles = splits[mine & (splits["split"] == "selection")]
    images = of_particles(particles, classifier.classes, Path.cwd())
    probabilities, _ = looked_at(classifier, images, np.empty(0, int), f"{name} on the selection split")
    return Answers(classifier.classes, images.label, probabilities, particles["run"].to_numpy())


def draw_pictures(folder: Path, them: Judged, doubted: np.ndarray, *, metrics: dict, heading: str) -> None:
    """confusion.png, precision_recall.png, errors.png with the images `doubted` of the first candidates; all of the
    candidates in errors.csv."""
    answers, origin = them.answers[0], metrics["data"]
    on_validation = title(f"{heading}, validation {metrics['platform']}", origin)
    save(confusion_matrix(answers, on_validation), folder / "confusion.png")
    curves = precision_recall(answers, metrics["native"]["classes"], on_validation)
    save(curves, folder / "precision_recall.png")
    majority = answers.classes[MAJORITY].replace("_", " ")
    wrong = title(f"{heading}: {majority} that may carry a wrong label", origin)
    save(candidates(them.found, doubted, wrong), folder / "errors.png")
    write_csv(folder / "errors.csv", them.found)


def predictions_folder(classifier: Classifier, name: str) -> Path:
    """Networks trained on real images alone lie apart: what reads them doesn't rerun when a generator changes."""
    mixed = any(classifier.training["synthetic"].values())
    return Path("data/predictions") / ("mixed" if mixed else "real") / name


def main() -> None:
    params = read_parameters(Parameters)
    name = classifier_name(*arguments("stages.classify.evaluating", "training set", "architecture"))
    models = Path("models/classifiers") / name
    if not models.is_dir():
        raise InputError(f"{models}: not there; `dvc repro` trains the network first")
    classifiers = [read_classifier(path) for path in [models / "model.onnx", *sorted(models.glob("repeats/*.onnx"))]]
    classifier, classes = classifiers[0], classifiers[0].classes
    splits = pd.read_parquet("data/splits.parquet")
    particles = splits[splits["split"] == "validation"].reset_index(drop=True)
    images = of_particles(particles, classes, Path.cwd())
    own = own_particles(particles, classifier)
    kept = sampled(particles, params.evaluate.embedding_images, params.seed)

    seen = [looked_at(each, images, kept, name) for each in classifiers]

    judged = particles.iloc[own]
    answers = [
        Answers(classes, images.label[own], probabilities[own], judged["run"].to_numpy()) for probabilities, _ in seen
    ]
    on_selection = selection_answers(classifier, splits, name)
    them = Judged(judged, answers, on_selection, suspects(judged, answers), *diameters(judged))
    metrics = metrics_of(them, classifier, params.evaluate, params.seed)

    with replacing_folder(predictions_folder(classifier, name)) as folder:
        for number, (probabilities, _) in enumerate(seen):
            file = f"repeat-{number}.parquet" if number else "predictions.parquet"
            write_parquet(folder / file, predictions_table(particles, probabilities, classes))
        write_parquet(folder / "embedding.parquet", embedding_table(particles.iloc[kept], seen[0][1]))
    write_json(f"metrics/classify/{name}.json", metrics)
    with replacing_folder(Path("plots/classify") / name) as folder:
        doubted = images.batch(them.found.index.to_numpy()[:SHOWN])
        draw_pictures(folder, them, doubted, metrics=metrics, heading=name)


if __name__ == "__main__":
    run(main)
