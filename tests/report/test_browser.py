"""The page in a browser: widths, print, keys, the file that a second look saves."""

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

from tests.report.test_report import listed, page

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright (requirements-extras.txt)")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
if CHROMIUM is None:
    pytest.skip("no Chromium on this machine: apt-get install chromium", allow_module_level=True)
# What this system's Chromium lacks in a container.
ARGUMENTS = ["--no-sandbox", "--disable-gpu"]


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


class Opened:
    """A page of the browser, what it said on its console and what it asked for beyond the file itself."""

    def __init__(self, browser, path: Path, width: int, **settings):
        self.context = browser.new_context(viewport={"width": width, "height": 900}, **settings)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(path.absolute().as_uri())
        self.beyond = [url for url in self.asked if url != path.absolute().as_uri() and not url.startswith("data:")]


@pytest.fixture
def written(workspace) -> Path:
    workspace.write()
    page()
    return Path("report/index.html").absolute()


@pytest.fixture
def opened(browser, written):
    one = Opened(browser, written, 1024)
    yield one
    one.context.close()


@pytest.mark.parametrize("width", [360, 1024, 1920])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_overflows_or_is_said_or_fetched(browser, written, width, scheme):
    one = Opened(browser, written, width, color_scheme=scheme)
    wide, room = one.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= room
    assert one.said == []
    assert one.beyond == []
    one.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_violation_of_the_accessibility_guidelines(browser, written, scheme):
    axe = pytest.importorskip("axe_playwright_python", reason="needs axe-playwright-python (requirements-extras.txt)")
    script = next(Path(axe.__file__).parent.rglob("axe.min.js")).read_text(encoding="utf-8")
    one = Opened(browser, written, 1024, color_scheme=scheme, bypass_csp=True)
    one.page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    one.page.evaluate(script)
    found = one.page.evaluate("axe.run(document)")["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]][:3]) for each in found] == []
    one.context.close()


def test_the_map_goes_from_particle_to_particle_by_keys(opened):
    opened.page.focus("#map-drawing")
    first = opened.page.inner_text("#map-shown")
    opened.page.keyboard.press("ArrowRight")
    second = opened.page.inner_text("#map-shown")
    opened.page.keyboard.press("ArrowLeft")
    assert first.startswith("protein, 2.0 µm, A, run ") and second.startswith("protein, 2.5 µm, A, run ")
    assert opened.page.inner_text("#map-shown") == first
    assert opened.page.is_visible("#map-picture")


def test_the_map_answers_the_pointer(opened):
    opened.page.locator("#map-drawing > use").nth(14).hover(force=True)
    assert opened.page.inner_text("#map-shown").startswith("air bubble, 4.0 µm")


def test_the_network_says_nothing_before_the_answer(opened, written):
    asked = listed(written.read_text(encoding="utf-8"), "look-particles")["particles"]
    assert opened.page.inner_text("#look-told") == ""
    opened.page.focus("#look-next")
    opened.page.keyboard.press("2")
    told = opened.page.inner_text("#look-told")
    assert asked[0]["was"].replace("_", " ") in told and asked[0]["called"].replace("_", " ") in told
    assert opened.page.is_checked("input[value=silicone_oil]")


def test_every_key_and_the_file_byte_for_byte(opened, written):
    asked = listed(written.read_text(encoding="utf-8"), "look-particles")["particles"]
    opened.page.focus("#look-next")
    for key in ("1", "ArrowRight", "2", "ArrowRight", "3", "ArrowRight", "0", "ArrowLeft", "1", "9"):
        opened.page.keyboard.press(key)
    assert opened.page.inner_text("#look-progress") == "Particle 3 of 15; 4 answered"
    opened.page.fill("#look-reviewer", 'A, "B"')
    with opened.page.expect_download() as download:
        opened.page.click("#look-save")
    assert download.value.suggested_filename == "labels.csv"
    saved = Path(download.value.path()).read_bytes()
    answers = ["protein", "silicone_oil", "protein", "unsure"]
    expected = io.StringIO()
    writer = csv.writer(expected, lineterminator="\n")
    writer.writerow(["run", "particle", "class", "reviewer", "was", "asked_as"])
    for one, answer in zip(asked, answers, strict=False):
        writer.writerow([one["run"], one["particle"], answer, 'A, "B"', one["was"], one["asked_as"]])
    assert saved == expected.getvalue().encode()


def test_a_reload_remembers_and_forgetting_forgets(opened):
    opened.page.focus("#look-next")
    opened.page.keyboard.press("1")
    opened.page.fill("#look-reviewer", "AB")
    opened.page.reload()
    assert "1 answered" in opened.page.inner_text("#look-progress")
    assert opened.page.input_value("#look-reviewer") == "AB"
    opened.page.click("#look-clear")
    assert "0 answered" in opened.page.inner_text("#look-progress")


def test_a_table_is_saved_as_it_stands(opened):
    with opened.page.expect_download() as download:
        opened.page.get_by_role("button", name="Save as CSV: What was checked").click()
    rows = list(csv.reader(Path(download.value.path()).read_text(encoding="utf-8").splitlines()))
    assert rows[0] == ["Check", "Result", "Found"]
    assert ["Leakage", "✓ pass", "0 runs and 0 images on two sides"] in rows


def test_a_link_into_a_fold_opens_it(opened):
    opened.page.click(".sentences a[href='#network-real-1-light']")
    assert opened.page.evaluate("document.getElementById('network-real-1-light').open")


def test_print_is_labelled_simulated_on_each_page_and_unfolds_the_runs(opened, tmp_path):
    pypdf = pytest.importorskip("pypdf", reason="needs pypdf (requirements-extras.txt)")
    opened.page.pdf(path=str(tmp_path / "page.pdf"), prefer_css_page_size=True)
    pages = [sheet.extract_text() for sheet in pypdf.PdfReader(tmp_path / "page.pdf").pages]
    assert all("SIMULATED DATA" in text for text in pages)
    assert 2 < len(pages) <= 25
    whole = " ".join(pages)
    assert "abcdef01" in whole, "digests of the runs are folded away"
    assert "Reviewed by" in whole
    assert json.dumps(len(pages)) in pages[-1]
