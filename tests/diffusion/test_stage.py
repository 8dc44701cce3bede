"""Train, generate and judge on the command line, at a tiny scale."""

import json

import numpy as np
import pandas as pd
import pytest
import torch

from stages.common.base.errors import InputError
from stages.common.params.whole import read_all
from stages.diffusion.data.particles import particles
from stages.diffusion.generating import __main__ as generate
from stages.diffusion.judging import __main__ as quality
from stages.diffusion.model.weights import read, read_card
from stages.diffusion.training import __main__ as train
from tests.diffusion.conftest import EDGE, LABEL, OTHER


def test_from_images_to_metrics_and_pictures(project):
    project.write({"train": 14, "selection": 6, "validation": 6}, epochs=6, lr=3e-3, lr_schedule="constant")
    plan = project.run("training")
    assert "12 images of 16 px" in plan
    assert "18 steps of 5" in plan
    loss = pd.read_csv(project.folder / f"models/ddpm/{LABEL}/loss.csv")
    assert list(loss.columns) == ["epoch", "images_seen", "loss"]
    assert loss["images_seen"].tolist() == [12, 24, 36, 48, 60, 72]
    assert loss["loss"].iloc[-1] < loss["loss"].iloc[0]
    samples = np.load(project.folder / f"models/ddpm/{LABEL}/{LABEL}/samples.npy", allow_pickle=False)
    assert samples.shape == (3, 16, EDGE, EDGE)  # epochs 2, 4 and the last

    card = read_card(project.folder / f"models/ddpm/{LABEL}/weights.safetensors")
    assert (card.name, card.origin, card.sample_epochs) == (LABEL, "simulated", [2, 4, 6])
    assert card.classes[LABEL].training_images == 12

    project.run("generating")
    made = np.load(project.folder / f"data/synthetic/{LABEL}.npy", allow_pickle=False)
    assert (made.shape, made.dtype) == ((20, EDGE, EDGE), np.uint8)
    assert len(np.unique(made.reshape(20, -1), axis=0)) == 20

    project.run("judging")
    metrics = json.loads(project.bytes(f"metrics/quality/{LABEL}.json"))
    assert metrics["data"] == "simulated"
    assert metrics["n"] == 6  # as many as are held out; the validation split is not touched
    assert metrics["frechet"] > metrics["frechet_floor"] > 0
    assert (metrics["plateau"]["from_epoch"], metrics["plateau"]["to_epoch"]) == (4, 6)
    assert metrics["copies"]["authentic_share"] >= metrics["copies"]["authentic_min"] == 0.1
    assert "weights absent" in metrics["inception"] or metrics["inception"]["frechet"] > 0
    drawn = {path.name for path in (project.folder / f"plots/diffusion/{LABEL}").iterdir()}
    pictures = {"loss.png", "samples.png", "trajectory.png", "real_and_generated.png", "neighbours.png"}
    assert drawn == pictures | {"interpolation.png", "shape.png", "loss.csv", "by_epoch.csv"}

    before = {path: path.read_bytes() for path in project.folder.glob("*/diffusion/**/*.png")}
    project.run("judging")
    assert all(path.read_bytes() == content for path, content in before.items())


def test_one_network_of_two_classes_from_images_to_metrics(project):
    project.write({"train": 14, "selection": 6}, (LABEL, OTHER), epochs=4, held_out=2)
    said = project.run("training")
    assert f"{OTHER}+{LABEL}: 24 images of 16 px ({OTHER}: 12, 12 allowed; {LABEL}: 12, 12 allowed)" in said
    assert "20 steps of 5" in said
    assert "4 more are held out" in said
    card = read_card(project.folder / f"models/ddpm/{LABEL}/weights.safetensors")
    for label, run in ((LABEL, "train"), (OTHER, f"{OTHER}-train")):
        learnt = np.load(project.folder / f"data/normalized/{run}.npy")
        scale = card.classes[label].grey
        assert card.classes[label].training_images == 12
        assert learnt.min() <= scale.low < scale.level < scale.high <= learnt.max()
        assert scale.level == pytest.approx(np.median(learnt), abs=1)
        folder = project.folder / f"models/ddpm/{LABEL}"
        samples = np.load(folder / label / "samples.npy", allow_pickle=False)
        assert samples.shape == (2, 16, EDGE, EDGE)
        assert pd.read_csv(folder / "loss.csv")["images_seen"].tolist() == [24, 48, 72, 96]
        project.run("training", label)
        project.run("generating", label)
        made = np.load(project.folder / f"data/synthetic/{label}.npy", allow_pickle=False)
        assert made.shape == (20, EDGE, EDGE)
        for drawn in (made, samples):
            assert learnt.min() <= drawn.min() < learnt.mean() < drawn.max() <= learnt.max()

    project.run("judging", OTHER)
    assert json.loads(project.bytes(f"metrics/quality/{OTHER}.json"))["training"] == 12
    assert (project.folder / f"plots/diffusion/{OTHER}/loss.png").is_file()


def test_classes_that_share_a_network_are_trained_once(project):
    """The second one goes on after the last checkpoint of the first one's training, and ends with the same bytes."""
    project.write({"train": 14, "selection": 6}, (LABEL, OTHER), epochs=4)
    assert "going on after" not in project.run("training", LABEL)
    assert "going on after step 20" in project.run("training", OTHER)
    for name in ("weights.safetensors", "loss.csv", f"{LABEL}/samples.npy", f"{OTHER}/samples.npy"):
        assert project.bytes(f"models/ddpm/{LABEL}/{name}") == project.bytes(f"models/ddpm/{OTHER}/{name}")
    assert list((project.folder / ".scratch").iterdir()) == []
    assert "going on after" not in project.run("training", OTHER)


def test_guidance_is_a_parameter_of_drawing(project, monkeypatch):
    project.write({"train": 14, "selection": 6}, (LABEL, OTHER), epochs=2)
    project.run("training", OTHER)
    monkeypatch.chdir(project.folder)
    params = read_all()
    made = []
    for guidance in (1.0, 3.0):
        sampler = params.diffusion.sampler.model_copy(update={"guidance": guidance})
        diffusion = params.diffusion.model_copy(update={"sampler": sampler})
        generate.generate(OTHER, params.model_copy(update={"diffusion": diffusion}))
        made.append(np.load(project.folder / f"data/synthetic/{OTHER}.npy"))
    assert (made[0] != made[1]).any()


def test_the_network_is_the_same_in_whichever_order_its_classes_are_named(project, monkeypatch):
    project.write({"train": 14, "selection": 6}, (LABEL, OTHER))
    monkeypatch.chdir(project.folder)
    plans = []
    for labels in ((LABEL, OTHER), (OTHER, LABEL)):
        params = read_all()
        shared = params.diffusion.generator.model_copy(update={"shared": list(labels)})
        diffusion = params.diffusion.model_copy(update={"generator": shared})
        plans.append(train.planned(labels[0], params.model_copy(update={"diffusion": diffusion}))[0])
    assert plans[0].classes == plans[1].classes
    assert np.array_equal(plans[0].images, plans[1].images)


def test_a_class_that_no_generator_draws_is_told(project, monkeypatch):
    project.write({"train": 14, "selection": 6}, epochs=1)
    monkeypatch.chdir(project.folder)
    with pytest.raises(InputError, match=r"models/ddpm/glass/weights\.safetensors: not there"):
        generate.generate("glass", read_all())
    with pytest.raises(InputError, match=r"0 glass particle\(s\) of platform A in the train split"):
        train.train("glass", read_all())
    project.run("training")
    with pytest.raises(InputError, match=f"draws {LABEL}, not {OTHER}"):
        read(project.folder / f"models/ddpm/{LABEL}/weights.safetensors", OTHER, 1.0, torch.device("cpu"))


def test_copies_are_dropped_and_replaced_and_the_others_stay_as_they_were(project, monkeypatch):
    project.write({"train": 14, "selection": 6}, epochs=1)
    project.run("training")
    project.run("generating")
    made = project.folder / f"data/synthetic/{LABEL}.npy"
    before = np.load(made)
    monkeypatch.chdir(project.folder)
    learnt, _ = particles(LABEL, "A", "train", 12, 5)
    sample = generate.images

    def with_copies(generator, seeds, *how):
        drawn = sample(generator, seeds, *how)
        for i, seed in enumerate(seeds):
            for number in (0, 3, 19):
                if seed == generate.image_seed(5, LABEL, number):
                    drawn[i] = np.rot90(learnt[number % 12])
        return drawn

    monkeypatch.setattr(generate, "images", with_copies)
    generate.generate(LABEL, read_all())
    report = json.loads(project.bytes(f"data/synthetic/{LABEL}.json"))
    assert (report["made"], report["kept"], report["dropped_numbers"]) == (23, 20, [0, 3, 19])
    after = np.load(made)
    assert np.array_equal(after[:17], np.delete(before, [0, 3, 19], axis=0))
    with pytest.raises(InputError, match="3 of 23 synthetic images are copies of training images"):
        quality.judge(LABEL, read_all())
    noise = np.random.default_rng(1).normal(0, 3, (20, EDGE, EDGE))
    np.save(made, np.clip(learnt[np.arange(20) % 12] + noise, 0, 255).round().astype(np.uint8))
    params = read_all()
    lenient = params.model_copy(update={"quality": params.quality.model_copy(update={"copies_max": 1.0})})
    with pytest.raises(InputError, match=r"\d\.\d% of the synthetic images are authentic.*quality\.authentic_min"):
        quality.judge(LABEL, lenient)
    assert not (project.folder / "metrics").exists()
    monkeypatch.setattr(generate, "images", lambda generator, seeds, *how: learnt[np.array(seeds) % 12])
    with pytest.raises(InputError, match="60 of 60 synthetic images are copies"):
        generate.generate(LABEL, read_all())


def test_a_class_without_images_is_told_with_the_mend(project):
    project.write({"train": 1, "selection": 6})
    process = project.start("training")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "1 silicone_oil particle(s) of platform A in the train split" in errors
    assert "Traceback" not in errors
    assert not (project.folder / "models").exists()


def test_foreign_weights_are_refused(tmp_path):
    with pytest.raises(InputError, match="trains the generator first"):
        read_card(tmp_path / "absent.safetensors")
    (tmp_path / "broken.safetensors").write_bytes(b"no weights")
    with pytest.raises(InputError, match="not readable as a generator"):
        read_card(tmp_path / "broken.safetensors")
