import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from stages.report.__main__ import main
from tests.report.conftest import CLASSES, HOSTILE


class Reader(HTMLParser):
    """Collects text, tags, and every address that a browser would fetch."""

    VOID = ("meta", "img", "br", "link", "input")

    def __init__(self, page):
        super().__init__()
        self.text, self.tags, self.fetched, self.targets, self.ids, self.open = "", [], [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append(tag)
        self.fetched += [attributes[name] for name in ("src", "srcset", "data") if name in attributes]
        if tag == "link":
            self.fetched.append(attributes.get("href"))
        if tag == "a":
            self.targets.append(attributes["href"])
        self.ids += [attributes["id"]] if "id" in attributes else []
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def page():
    main()
    return Path("report/index.html").read_text()


def words(text):
    return re.sub(r"\s+", " ", text)


def test_simulated_data_are_called_so(workspace):
    workspace.write(simulated=True)
    read = Reader(page())
    assert "SIMULATED DATA" in read.text
    assert "Measured data" not in read.text


def test_measured_data_are_not(workspace):
    workspace.write(simulated=False)
    read = Reader(page())
    assert "SIMULATED" not in read.text
    assert "Measured data" in read.text


def test_a_name_can_not_become_markup(workspace):
    """Neither as text, nor in an attribute, nor in the lists that the page's own script reads."""
    workspace.write()
    text = page()
    assert "<script>alert" not in text
    assert HOSTILE in Reader(text).text
    assert Reader(text).tags.count("script") == 3
    for listed in re.findall(r'<script type="application/json" id="[a-z-]+">(.*?)</script>', text, flags=re.DOTALL):
        assert "<" not in listed
        assert HOSTILE in json.dumps(json.loads(listed), ensure_ascii=False).replace("\\\\", "\\")


def test_the_page_needs_no_other_file(workspace):
    workspace.write()
    text = page()
    read = Reader(text)
    assert read.fetched
    assert all(address.startswith(("data:image/png;base64,", "data:image/webp;base64,")) for address in read.fetched)
    assert "@import" not in text
    assert "http" not in re.sub(r"data:image/[^\"]*|http-equiv", "", text)
    assert all(target[0] == "#" and target[1:] in read.ids for target in read.targets)
    assert len(read.ids) == len(set(read.ids))
    assert read.open == []


def test_the_same_inputs_give_the_same_bytes(workspace):
    workspace.write()
    assert page() == page()


def test_numbers_reach_the_page(workspace):
    workspace.write()
    text = words(Reader(page()).text).replace("\u202f", " ")
    for said in [
        "105 rows read = 100 accepted + 5 rejected",
        "7 of them have no picture",
        "between bounds",
        "not a number",
        "91.2 % 88.0 to 94.0",
        "96.6 %",
        "0.0456",
        "1.3 (−1.0 to 3.0)",
        "none: 1 of the 3 generators",
        "−8.0 to 10",
        "repeated-1-light−2.4 (−1.0 to 3.0)",
        "61.3 % 55.3 to 67.112 (9.1 to 15)",
        "4 / 20.13",
        "21.2 % (16.2 to 23.2)21.6 %",
        "precision 21.2 % (16.2 to 23.2); without label-error candidates 90.0 % (85.0 to 92.0)",
        "with so few particles 18.4 % can't be told from perfect",
        "one run: no interval",
        "2 to 5 µm1771.0 % (66.0 to 73.0)",
        "948 other particles tell false-alarm rates from zero above 0.45 %",
        "takes 3 683 of the majority",
        "✗ outside",
        "0.567 to 0.620",
        "∅ not decidable with this design (needs 5 runs on each platform)",
        "0.810 to 1.2493 %2",
        "none0 %5",
        "41 verdicts: each is wrong at most 1 time in 20 by itself",
        "10 to 25 µm",
        "0.9630.828 to 1.10",
        "6 (1 left out: a run without particles)0.910 0.850 to 0.9900.520 to 1.61",
        "0.970 0.910 to 1.04",
        "the diameters differ in definition",
        "distances added up: p = 0.0045 (Kolmogorov-Smirnov), 0.030 (Wasserstein)",
        "Of 2 limits on instruments, set beforehand: 1 met, 0 not met, 1 not assessed",
        "not assessed no run of role blank",
        "0.853 0.791 to 0.922",
        "none: 25 µm lies outside of the beads",
        "1 of 1 counts lay in their 90 % interval; 1 more would have been refused",
        "no run of role beads",
        "Inception distances of silicone oil: weights absent",
        "87.0 % (81.0 to 92.0)",
        "42.0 %",
        "Of 481 images made, 1 were dropped",
        "43.7 % of the images are authentic (held-out real: 51.2 %); quality fails below 10.0 %",
        "Shown: the loss stands still and the distance falls. From epoch 75 to 150 the loss changed by −1.2 %",
        "(KID) by −1.69 ± 0.81",
        "roundness0.7100.9800.44",
    ]:
        assert said in text, said


@pytest.mark.parametrize(
    ("low", "high", "allowed", "said"),
    [
        (0.01, 0.03, True, "Yes, against the best control."),
        (-0.03, -0.01, True, "No, the best control is better."),
        (-0.01, 0.03, True, "Not shown against the best control."),
        (0.01, 0.03, False, "Not shown against the best control."),
    ],
)
def test_generated_images_help_where_the_interval_and_the_seeds_say_so(workspace, low, high, allowed, said):
    workspace.write()
    path = Path("metrics/table.json")
    summary = json.loads(path.read_text())
    contrast = summary["contrasts_with_controls"]["mixed-1-light"]
    contrast["allows_a_claim"] = allowed
    contrast["against"] = "real-1-light"
    contrast["macro_recall_difference"] |= {"value": (low + high) / 2, "low": low, "high": high}
    path.write_text(json.dumps(summary))
    text = words(Reader(page()).text)
    others = ("Yes, against the best", "No, the best control is better", "Not shown against the best")
    assert said in text
    assert sum(verdict in text for verdict in others) == 1
    assert "seeds: 3, generators of each class: 1" in text
    assert "finds 95 % of air bubble: not known against 61.3 % (55.3 % to 67.1 %)." in text


def test_the_answer_stands_first_and_zero_is_what_it_excludes(workspace):
    workspace.write()
    text = words(Reader(page()).text).replace("\u202f", " ")
    answer = text[text.index("What is in each sample.") if "What is in each sample." in text else 0 :]
    assert "sA1all particles2 190 1 780 to 2 670at most 66.5" in answer
    assert answer.index("at most 66.5") < answer.index("Which network?") < answer.index("What was checked.")


def test_checks_pass_fail_or_ask_for_a_look(workspace):
    workspace.write()
    Path("metrics/split.json").write_text(
        json.dumps({"counts": {}, "leakage": {"runs_on_two_sides": 2, "identical_images_on_two_sides": 0}})
    )
    text = words(Reader(page()).text)
    assert "Leakage✗ fail2 runs and 0 images on two sides" in text
    assert "Refused rows! look5 rows were refused" in text
    assert "Rows✓ pass105 rows read = 100 accepted + 5 refused" in text
    assert "Blank, A! looknone was measured" in text


def listed(text, name):
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', text, flags=re.DOTALL)
    return json.loads(found[1])


def test_the_second_look_names_particles_as_the_instrument_does(workspace):
    """Fifteen particles: all are drawn at random, so none is left to be doubted."""
    workspace.write()
    asked = listed(page(), "look-particles")["particles"]
    assert {one["particle"] for one in asked} == {f"{label}-{n}" for label in CLASSES for n in range(5)}
    assert {one["asked_as"] for one in asked} == {"random"}
    whole = next(one for one in asked if one["particle"] == "protein-2")["whole"]
    assert whole[1:] == [12, 12, 40.0]  # 6 px twice enlarged; 10 um of 0.5 um pixels, twice


def test_the_map_has_a_picture_for_each_point(workspace):
    workspace.write()
    points = listed(page(), "map-points")["points"]
    assert len(points) == 15
    assert [point["class"] for point in points] == [0] * 5 + [1] * 5 + [2] * 5
    assert points[0]["x"] < points[-1]["x"] and points[0]["um"] == 2.0


def test_stale_files_of_another_scale_are_not_read(workspace):
    workspace.write()
    workspace.picture("plots/classify/mixed-4-heavy/confusion.png")
    before = page()
    assert "mixed-4" not in before
    workspace.picture("plots/diffusion/glass/loss.png")
    assert page() == before


def test_what_was_not_made_is_said(workspace):
    workspace.write()
    Path("plots/classify/mixed-1-light/confusion.png").unlink()
    Path("metrics/classify/mixed-1-light.json").unlink()
    Path("metrics/compare.json").unlink()
    Path("metrics/table.json").unlink()
    Path("metrics/table.csv").unlink()
    text = words(Reader(page()).text)
    assert "This picture was not made: mixed-1-light, confusion matrix" in text
    assert "metrics/classify/mixed-1-light.json was not made" in text
    assert "metrics/compare.json was not made" in text
    assert "metrics/table.csv was not made" in text


@pytest.mark.parametrize("reason", ["x" * 5000, "µm ≥ 3", ""])
def test_any_reason_of_a_reject(workspace, reason):
    workspace.write()
    Path("data/ingested/rejects.csv").write_text(f"run,file,line,column,reason\nr1,,,,{reason}\n")
    assert reason in Reader(page()).text
