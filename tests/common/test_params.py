import re
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from stages.common.base.errors import InputError
from stages.common.params.whole import read_all
from stages.common.scale import write_scale

ROOT = Path(__file__).parents[2]
SCALES = sorted((ROOT / "params").glob("*.yaml"))


def changed(tmp_path: Path, change) -> Path:
    content = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    change(content)
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def one_network(p):
    p["diffusion"]["generator"].update(shared=["silicone_oil", "air_bubble"])
    p["diffusion"]["training"].update(unlabelled=0.0)


WRONG = {
    "an unknown key": (lambda p: p["normalize"].update(egde_px=64), "normalize.egde_px: unknown key"),
    "a wrong type": (
        lambda p: p["classify"]["architectures"]["light"]["grid"].update(lr="fast"),
        "classify.architectures.light.grid.lr",
    ),
    "a choice that does not exist": (lambda p: p["normalize"].update(fit="squash"), "normalize.fit: .*'letterbox'"),
    "an impossible value": (lambda p: p["evaluate"].update(prevalence=0.7), "evaluate.prevalence: .*less than 0.5"),
    "shares beyond one": (lambda p: p["split"]["fractions"].update(train=0.9), "split.fractions: .*add up to 1"),
    "a missing block": (lambda p: p.pop("split"), "split: Field required"),
    "classes as they were": (lambda p: p.update(classes=["protein", "oil"]), "classes: .*dictionary"),
    "a class twice": (lambda p: p["classes"].update(minority=["oil", "oil"]), "classes: oil: named twice"),
    "the majority among the minority": (
        lambda p: p["classes"].update(minority=["air_bubble", "protein"]),
        "classes: protein: named twice",
    ),
    "no minority": (lambda p: p["classes"].update(minority=[]), "classes.minority: .*at least 1 item"),
    "a class nobody declared": (
        lambda p: p["assemble"]["real"]["real-0"].update(minority={"glass": 5}),
        "assemble real-0: minority: 'glass' is not one of silicone_oil, air_bubble",
    ),
    "synthetic images of the majority": (
        lambda p: p["assemble"]["mixed"]["mixed-1"].update(synthetic={"protein": 5}),
        "assemble mixed-1: synthetic: 'protein' is not one of silicone_oil, air_bubble",
    ),
    "a set without a minority": (lambda p: p["assemble"]["real"]["real-0"].update(minority={}), "real-0.minority"),
    "no image of any": (
        lambda p: p["assemble"]["real"]["real-0"].update(minority=0),
        "assemble.real.real-0.minority.for all: .*greater than 0",
    ),
    "fractions of a class nobody declared": (
        lambda p: p["split"]["classes"].update(glass=p["split"]["fractions"]),
        "split.classes: 'glass' is not one of protein, silicone_oil, air_bubble",
    ),
    "more synthetic images than are generated": (
        lambda p: p["diffusion"]["sampler"].update(images=10),
        "diffusion.sampler.images is 10",
    ),
    "a sampler of another process": (
        lambda p: p["diffusion"]["sampler"].update(name="heun"),
        "heun doesn't go with process.objective: v; heun goes with flow",
    ),
    "a diffusion sampler for the flow": (
        lambda p: p["diffusion"]["process"].update(objective="flow", schedule=None),
        "dpm_solver_sde doesn't go with process.objective: flow",
    ),
    "a schedule for the flow": (
        lambda p: p["diffusion"]["process"].update(objective="flow"),
        "diffusion.process: flow has a path of its own: set schedule to null",
    ),
    "a diffusion without a schedule": (
        lambda p: p["diffusion"]["process"].update(schedule=None),
        "diffusion.process: schedule: v needs one: linear, cosine or shifted_cosine",
    ),
    "a softened contrast on the study's grey range": (
        lambda p: p["diffusion"]["process"].update(standardize=False),
        "diffusion.process: asinh_softening goes with standardize: true",
    ),
    "noise told from nothing but noise": (
        lambda p: p["diffusion"]["process"].update(objective="epsilon", zero_terminal_snr=True),
        "zero_terminal_snr goes with objective: v; .* says nothing of the image",
    ),
    "a last time that is sampled but not trained": (
        lambda p: (
            p["diffusion"]["process"].update(zero_terminal_snr=True),
            p["diffusion"]["training"].update(min_snr=5.0),
        ),
        "training.min_snr gives time T no weight",
    ),
    "patience without images to judge by": (
        lambda p: p["diffusion"]["training"].update(patience=5),
        "diffusion.training: patience needs held_out",
    ),
    "images of a class nobody declared": (
        lambda p: p["diffusion"]["generator"].update(images={"silicone_oil": 9, "glass": 9}),
        "diffusion.generator.images: 'glass' is not one of silicone_oil, air_bubble",
    ),
    "epochs of one class alone": (
        lambda p: p["diffusion"]["generator"].update(epochs={"silicone_oil": 9}),
        "diffusion.generator.epochs: says nothing of air_bubble",
    ),
    "a network shared by one class": (
        lambda p: p["diffusion"]["generator"].update(shared=["air_bubble"]),
        "diffusion.generator: shared: expected no class, or two or more",
    ),
    "a network shared with the majority": (
        lambda p: p["diffusion"]["generator"].update(shared=["air_bubble", "protein"]),
        "diffusion.generator.shared: 'protein' is not one of silicone_oil, air_bubble",
    ),
    "other epochs for each class of one network": (
        lambda p: (one_network(p), p["diffusion"]["generator"].update(epochs={"silicone_oil": 9, "air_bubble": 8})),
        "diffusion.generator: epochs: classes that share one network have the same",
    ),
    "guidance away from what was never learnt": (
        lambda p: (one_network(p), p["diffusion"]["sampler"].update(guidance=2.0)),
        "sampler.guidance 2 needs training.unlabelled above 0: the shared network",
    ),
    "a network nobody trains": (lambda p: p["compare"].update(networks={"A": "x"}), "compare.networks: 'x'"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_parameter_is_named(tmp_path, name):
    change, message = WRONG[name]
    with pytest.raises(InputError) as error:
        read_all(changed(tmp_path, change))
    assert re.search(message, str(error.value)), error.value


def test_every_mistake_is_told_at_once(tmp_path):
    path = changed(tmp_path, lambda p: (p["normalize"].update(fit="squash"), p["split"].update(shares=1)))
    with pytest.raises(InputError, match=r"normalize\.fit(.|\n)*split\.shares"):
        read_all(path)


def edges(block: str, name: str, inside: list, outside: list) -> list:
    """Values of `block`.`name` just inside and just outside of what it may be."""
    return [(block, name, value, True) for value in inside] + [(block, name, value, False) for value in outside]


@pytest.mark.parametrize(
    ("block", "name", "value", "allowed"),
    [
        *edges("normalize", "edge_px", [8, 64, 512], [0, 7, 63, 65, 520]),
        *edges("normalize", "background_level", [0, 255], [-1, 256]),
        *edges("evaluate", "prevalence", [1e-9, 0.499], [0.0, 0.5]),
        *edges("evaluate", "bootstrap", [100], [99]),
        *edges("evaluate", "embedding_images", [1], [0]),
        *edges("quality", "images", [2], [1]),
        *edges("quality", "trajectory", [2], [1]),
        *edges("quality", "copies_max", [0.0, 1.0], [-0.01, 1.01]),
        *edges("compare", "thresholds_um", [[2], [2, 10]], [[], [0]]),
        *edges("predict", "thresholds_um", [[2.0], [2, 10.5]], [[], [0], [5, 5], [10, 5]]),
        *edges("predict", "set_level", [0.51, 0.99], [0.5, 1.0]),
        *edges("predict", "error_max", [0.001, 0.49], [0.0, 0.5]),
        *edges("predict", "count_level", [0.51, 0.99], [0.5, 1.0]),
        *edges("predict", "false_flags", [0.001, 0.49], [0.0, 0.5]),
        *edges("predict", "false_alarms", [0.001, 0.49], [0.0, 0.5]),
        *edges(
            "predict",
            "network",
            ["best", "mixed-1-light", {"A": "best", "B": "real-1-b-light"}],
            ["real-9-resnet18", "", {}, {"A": "real-9-light"}, 5],
        ),
        *edges("compare", "umap_min_dist", [0.0, 1.0], [-0.1, 1.1]),
        *edges("classify", "architectures", [], [{}, {"resnet19": {}}, {"resnet18": {}}]),
        *edges("compare.ratio_limits", "beads", [[0.9, 1.1]], [[1.0, 1.1], [0.9, 1.0], [0.9], [0.8, 1.1, 1.2]]),
        *edges("classify.architectures.light.grid", "lr", [[1e-3]], [[], [0.0]]),
        *edges("diffusion.network", "dropout", [0.0, 0.99], [-0.1, 1.0]),
        *edges("diffusion.training", "ema", [0.0, 1.0], [1.1]),
        *edges("diffusion.sampler", "guidance", [1.0], [0.9]),
        *edges("diffusion.sampler", "copy_gap", [0.01, 0.99], [0.0, 1.0]),
        *edges("split.fractions", "train", [], [-0.1, 0.1]),
        *edges(
            "assemble.real.real-1",
            "methods",
            [[], ["focal"], ["oversampling", "focal", "mixup", "strong_augmentation"]],
            [
                ["undersampling"],
                ["mixup", "mixup"],
                ["focal", "logit_adjustment"],
                ["oversampling", "balanced_draws"],
                ["oversampling", "class_weights"],
                ["balanced_draws", "logit_adjustment"],
            ],
        ),
    ],
)
def test_what_a_parameter_may_be_ends_where_it_says(tmp_path, block, name, value, allowed):
    def change(content):
        for part in block.split("."):
            content = content[part]
        content[name] = value

    path = changed(tmp_path, lambda p: (p["compare"].update(networks={}), change(p)))
    if allowed:
        read_all(path)
    else:
        with pytest.raises(InputError, match=re.escape(block)):
            read_all(path)


def test_nothing_is_changed_after_reading(tmp_path):
    params = read_all(changed(tmp_path, lambda p: None))
    with pytest.raises(ValidationError, match="frozen"):
        params.normalize.edge_px = 32
    with pytest.raises(ValidationError, match="frozen"):
        params.seed = 2


def test_rectified_flow_is_an_option(tmp_path):
    def flow(p):
        p["diffusion"]["process"].update(objective="flow", schedule=None)
        p["diffusion"]["sampler"].update(name="heun", steps=10)

    assert read_all(changed(tmp_path, flow)).diffusion.process.objective == "flow"


@pytest.mark.parametrize("scale", SCALES, ids=lambda path: path.stem)
def test_every_scale_is_valid_and_keeps_the_comments(tmp_path, scale):
    params = tmp_path / "params.yaml"
    params.write_text((ROOT / "params.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    write_scale(scale, params)
    read_all(params)
    assert "# every random draw derives from it and a name" in params.read_text(encoding="utf-8")


def test_one_network_takes_as_many_steps_as_two(tmp_path):
    def steps(params):
        generator, batch = params.diffusion.generator, params.diffusion.training.batch
        networks = {tuple(generator.learnt_with(label)): generator.of(label)[1] for label in params.classes.minority}
        return [
            -(-sum(generator.of(label)[0] for label in learnt) // batch) * epochs for learnt, epochs in networks.items()
        ]

    params = tmp_path / "params.yaml"
    params.write_text((ROOT / "params.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    assert steps(read_all(params)) == [720, 720]
    write_scale(ROOT / "params/one-generator.yaml", params)
    assert steps(read_all(params)) == [1440]


def test_one_network_without_guidance_may_be_told_every_class(tmp_path):
    assert read_all(changed(tmp_path, one_network)).diffusion.training.unlabelled == 0


def test_counts_are_of_each_minority_class_or_by_class(tmp_path):
    def differing(p):
        p["assemble"]["mixed"]["mixed-1"].update(minority={"air_bubble": 50}, synthetic={"silicone_oil": 70})

    params = read_all(changed(tmp_path, differing))
    by_class, same = params.assemble.mixed["mixed-1"], params.assemble.mixed["mixed-2"]
    assert by_class.real(params.classes) == {"protein": 240, "air_bubble": 50}
    assert by_class.generated(params.classes) == {"silicone_oil": 70}
    assert same.real(params.classes) == {"protein": 360, "silicone_oil": 120, "air_bubble": 120}
    assert same.generated(params.classes) == {"silicone_oil": 240, "air_bubble": 240}


def test_a_scale_that_is_not_valid_writes_nothing(tmp_path):
    params = tmp_path / "params.yaml"
    before = (ROOT / "params.yaml").read_text(encoding="utf-8")
    params.write_text(before, encoding="utf-8")
    overlay = tmp_path / "bad.yaml"
    overlay.write_text("normalize: {fit: squash}\n", encoding="utf-8")
    with pytest.raises(InputError):
        write_scale(overlay, params)
    assert params.read_text(encoding="utf-8") == before
