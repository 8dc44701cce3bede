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


def one_generator(p):
    budget = {"images": {"silicone_oil": 120, "air_bubble": 120}, "epochs": 160}
    p["diffusion"].update(generators={"minority": budget}, classes=dict.fromkeys(budget["images"], "minority"))
    p["diffusion"]["training"].update(unlabelled=0.0)


WRONG = {
    "an unknown key": (lambda p: p["normalize"].update(egde_px=64), "normalize.egde_px: unknown key"),
    "a wrong type": (lambda p: p["classify"]["grid"].update(lr="fast"), "classify.grid.lr"),
    "a choice that does not exist": (lambda p: p["normalize"].update(fit="squash"), "normalize.fit: .*'letterbox'"),
    "an impossible value": (lambda p: p["evaluate"].update(prevalence=0.7), "evaluate.prevalence: .*less than 0.5"),
    "shares beyond one": (lambda p: p["split"]["fractions"].update(train=0.9), "split.fractions: .*add up to 1"),
    "a missing block": (lambda p: p.pop("split"), "split: Field required"),
    "a class nobody declared": (
        lambda p: p["assemble"]["real"]["real-0"]["real"].update(glass=5),
        "'glass' is not one of protein",
    ),
    "one class alone, synthetic or not": (
        lambda p: p["assemble"]["mixed"]["generated-1"].update(real={"silicone_oil": 9}, synthetic={"silicone_oil": 9}),
        "assemble.mixed.generated-1: two classes at least",
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
    "a class drawn by a generator that isn't there": (
        lambda p: p["diffusion"]["classes"].update(air_bubble="both"),
        r"diffusion: classes.air_bubble: there is no generator 'both' under `generators` \(there: ",
    ),
    "a class drawn by a generator that doesn't learn it": (
        lambda p: p["diffusion"]["classes"].update(air_bubble="silicone_oil"),
        "classes.air_bubble: generator silicone_oil doesn't learn air_bubble; add it to generators.silicone_oil.images",
    ),
    "a generator that draws nothing": (
        lambda p: p["diffusion"]["generators"].update(spare={"images": {"air_bubble": 5}, "epochs": 1}),
        "generators.spare: no class is drawn by it",
    ),
    "a class that is learnt but never drawn": (
        lambda p: p["diffusion"]["generators"]["air_bubble"]["images"].update(protein=5),
        "generators.air_bubble.images: protein is learnt but never drawn",
    ),
    "a generator of no class": (
        lambda p: p["diffusion"]["generators"]["air_bubble"].update(images={}),
        "diffusion.generators.air_bubble.images",
    ),
    "guidance away from what was never learnt": (
        lambda p: (one_generator(p), p["diffusion"]["sampler"].update(guidance=2.0)),
        "sampler.guidance 2 needs training.unlabelled above 0: minority",
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
        *edges("predict", "network", ["best", "mixed-1-resnet18", "real-0-resnet18"], ["real-9-resnet18", ""]),
        *edges("compare", "umap_min_dist", [0.0, 1.0], [-0.1, 1.1]),
        *edges("classify", "architectures", [["resnet18"], ["resnet50", "resnet18"]], [[]]),
        *edges("compare.ratio_limits", "beads", [[0.9, 1.1]], [[1.0, 1.1], [0.9, 1.0], [0.9], [0.8, 1.1, 1.2]]),
        *edges("classify.grid", "lr", [[1e-3]], [[], [0.0]]),
        *edges("diffusion.network", "dropout", [0.0, 0.99], [-0.1, 1.0]),
        *edges("diffusion.training", "ema", [0.0, 1.0], [1.1]),
        *edges("diffusion.sampler", "guidance", [1.0], [0.9]),
        *edges("diffusion.sampler", "copy_gap", [0.01, 0.99], [0.0, 1.0]),
        *edges("split.fractions", "train", [], [-0.1, 0.1]),
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


def test_one_generator_takes_as_many_steps_as_two(tmp_path):
    def steps(diffusion):
        return sum(
            -(-sum(generator.images.values()) // diffusion.training.batch) * generator.epochs
            for generator in diffusion.generators.values()
        )

    params = tmp_path / "params.yaml"
    params.write_text((ROOT / "params.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    two = read_all(params).diffusion
    write_scale(ROOT / "params/one-generator.yaml", params)
    one = read_all(params).diffusion
    assert (len(two.generators), len(one.generators)) == (2, 1)
    assert one.generators["minority"].images == {"silicone_oil": 120, "air_bubble": 120}
    assert steps(one) == steps(two) == 4800


def test_one_generator_without_guidance_may_be_told_every_class(tmp_path):
    assert read_all(changed(tmp_path, one_generator)).diffusion.training.unlabelled == 0


def test_a_scale_that_is_not_valid_writes_nothing(tmp_path):
    params = tmp_path / "params.yaml"
    before = (ROOT / "params.yaml").read_text(encoding="utf-8")
    params.write_text(before, encoding="utf-8")
    overlay = tmp_path / "bad.yaml"
    overlay.write_text("normalize: {fit: squash}\n", encoding="utf-8")
    with pytest.raises(InputError):
        write_scale(overlay, params)
    assert params.read_text(encoding="utf-8") == before
