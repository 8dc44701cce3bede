"""Pack a trained network of each platform with all that its answers need: `python -m stages.predict.packing`.

The selection split fits what turns its outputs into answers; the validation split judges them.
"""

import json
from pathlib import Path

from stages.common.base.errors import run
from stages.common.base.files import replacing_folder, write_json
from stages.common.base.origin import title
from stages.common.base.parameters import Block, read_parameters
from stages.common.figures import save
from stages.common.params.normalize import Normalize
from stages.common.params.predict import Predict
from stages.common.unfinished import fingerprint
from stages.predict.doubt import abstention, calibration, conformal
from stages.predict.model.manifest import VERSION, Manifest
from stages.predict.model.model import Fitted, write_model
from stages.predict.model.network import Network
from stages.predict.packing.card import card
from stages.predict.packing.choice import NETWORK, WEIGHTS, Trained, chosen
from stages.predict.packing.explained import explained
from stages.predict.packing.judged import judge
from stages.predict.packing.known import SPLITS, KnownParticles, known_particles, together
from stages.predict.packing.pictures import reliability_curve, review_curve
from stages.predict.unknown.known import Known

TRAINED = Path("models/classifiers")
PACKED = Path("models/classifier")
METRICS = Path("metrics/pack.json")
PICTURES = Path("plots/pack")


class Parameters(Block):
    """What this script reads of params.yaml."""

    seed: int
    normalize: Normalize
    predict: Predict


def fitted_to(selection: KnownParticles, sized_by: str | None, settings: Predict) -> Fitted:
    """Calibration and thresholds, and how the calibrated network errs."""
    found = calibration.fit(selection.logits, selection.truth)
    probabilities = found.probabilities(selection.logits)
    return Fitted(
        found,
        conformal.fit(probabilities, selection.truth, settings.set_level),
        abstention.fit(probabilities, selection.truth, settings.error_max),
        probabilities,
        selection.truth,
        selection.run_numbers,
        selection.diameter(sized_by),
    )


def known_of(splits: dict[str, KnownParticles], fitted: Fitted, settings: Predict) -> Known:
    """All particles of known class but those that judge."""
    them = together(splits["training"], splits["selection"])
    called = fitted.calibration.probabilities(them.logits).argmax(axis=1)
    return Known.fit(them.seen, called, them.truth, them.run_numbers, settings.false_flags, settings.false_alarms)


def manifest_of(trained: Trained, params: Parameters, splits: dict[str, KnownParticles], judged: dict) -> Manifest:
    about = trained.about
    return Manifest(
        version=VERSION,
        network=trained.folder.name,
        architecture=about["architecture"],
        dataset=about["dataset"],
        platform=about["platform"],
        origin=about["origin"],
        classes=about["classes"],
        images=about["training"],
        seed=params.seed,
        normalize=params.normalize,
        predict=params.predict,
        diameter=splits["training"].sized_by,
        runs={name: own.runs for name, own in splits.items()},
        digests={
            "weights": fingerprint.of_file(trained.folder / WEIGHTS),
            "split": fingerprint.of_file(SPLITS),
            "code": fingerprint.of_code(fingerprint.rooms_of("pack")),
            "parameters": fingerprint.of_bytes(json.dumps(params.model_dump(mode="json"), sort_keys=True).encode()),
        },
        judged=judged,
    )


def pack(trained: Trained, params: Parameters, model: Path, pictures: Path) -> dict:
    """Write the folder `model`, and pictures of what it is worth into the folder `pictures`; what it is worth."""
    content = (trained.folder / NETWORK).read_bytes()
    network = Network(content, str(trained.folder / NETWORK))
    classes, platform = trained.about["classes"], trained.platform
    splits = {
        told: known_particles(split, platform, classes, network)
        for told, split in (("training", "train"), ("selection", "selection"), ("validation", "validation"))
    }
    fitted = fitted_to(splits["selection"], splits["training"].sized_by, params.predict)
    judged = judge(splits["validation"], fitted, classes, params.predict, params.seed)
    manifest = manifest_of(trained, params, splits, judged)

    write_model(model, manifest, content, fitted, known_of(splits, fitted, params.predict), card(manifest))
    draw(splits["validation"], fitted, network, manifest, pictures)
    return {"network": manifest.network, "data": manifest.origin, **judged}


def draw(validation: KnownParticles, fitted: Fitted, network: Network, manifest: Manifest, folder: Path) -> None:
    """How far the answers can be trusted, and where the network sees each class."""
    classes, heading = manifest.classes, f"{manifest.network}, validation {manifest.platform}"
    for name, curve in (("reliability", reliability_curve), ("review", review_curve)):
        save(curve(validation, fitted, classes, title(heading, manifest.origin)), folder / f"{name}.png")
    probabilities = fitted.calibration.probabilities(validation.logits)
    for number, name in enumerate(classes):
        what = title(f"{heading}, {name.replace('_', ' ')}: where what it is called is seen", manifest.origin)
        save(explained(number, validation, probabilities, classes, network, what), folder / f"seen_{name}.png")


def main() -> None:
    params = read_parameters(Parameters)
    judged = {}
    with replacing_folder(PACKED) as models, replacing_folder(PICTURES) as pictures:
        for platform, trained in chosen(TRAINED, params.predict.network).items():
            (pictures / platform).mkdir()
            judged[platform] = pack(trained, params, models / platform, pictures / platform)
    write_json(METRICS, judged)


if __name__ == "__main__":
    run(main)
