"""What a person and a reviewer look at: `python -m benchmarks.report`.

Opens report/index.html, as the last `make repro` left it, in the system's Chromium (requirements-extras.txt). The named
alternative is the committed page of an earlier day, in `EARLIER`.

page_mb             megabytes of the one file (1e6 bytes)
page_px             its height at 1,024 px of width
printed_pages       A4
axe_violations      of axe-core, all folds open, light and dark
overflows           of the widths 360, 1,024 and 1,920 px those at which the page must be moved sideways
said, fetched       lines on the console; requests beyond the file
metrics_diff_lines  of `dvc metrics diff --all`, as if every number had changed
plots               pictures that `dvc plots diff` shows of each commit

What a second look finds and gains is copied from the last `python -m benchmarks.second_look`, with its intervals.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

import axe_playwright_python
import yaml
from playwright.sync_api import Browser, sync_playwright
from pypdf import PdfReader

from benchmarks.result import last_result, write_result
from stages.common.base.errors import InputError, run

PAGE = Path("report/index.html")
WIDTHS = (360, 1024, 1920)
AXE = next(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js"))
# Of 2026-11-24, by the same measures; dvc printed 673 lines for a change of results, and showed 108 pictures.
EARLIER = {"page_mb": 5.4, "page_px": 46000, "printed_pages": 55, "metrics_diff_lines": 673, "plots": 108}
SECOND_LOOK = ("candidates_precision_top1", "candidates_recall", "relabel_gain_points")
OPEN = "document.querySelectorAll('details').forEach((fold) => { fold.open = true; })"


def looked_at(browser: Browser, folder: Path) -> dict[str, int]:
    """What a browser finds of the page at each width, in light and in dark, and on paper."""
    found = {"overflows": 0, "axe_violations": 0, "said": 0, "fetched": 0}
    for width in WIDTHS:
        for scheme in ("light", "dark"):
            context = browser.new_context(
                viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
            )
            page = context.new_page()
            said: list[str] = []
            asked: list[str] = []
            page.on("console", lambda message, said=said: said.append(message.text))
            page.on("pageerror", lambda error, said=said: said.append(str(error)))
            page.on("request", lambda request, asked=asked: asked.append(request.url))
            page.goto(PAGE.absolute().as_uri())
            wide, room, height = page.evaluate(
                "(({ scrollWidth, clientWidth, scrollHeight }) => [scrollWidth, clientWidth, scrollHeight])"
                "(document.documentElement)"
            )
            found["overflows"] += scheme == "light" and wide > room
            found["said"] += len(said)
            found["fetched"] += sum(not url.startswith(("data:", "file:")) for url in asked)
            if width == 1024:
                found["page_px"] = height
                if scheme == "light":
                    page.pdf(path=str(folder / "page.pdf"), prefer_css_page_size=True)
                page.evaluate(OPEN)
                page.evaluate(AXE.read_text(encoding="utf-8"))
                found["axe_violations"] += len(page.evaluate("axe.run(document)")["violations"])
            context.close()
    return found | {"printed_pages": len(PdfReader(folder / "page.pdf").pages)}


def second_look() -> dict[str, float]:
    found = last_result("second_look")["figures"]
    return {name: value for name, value in found.items() if name.startswith(SECOND_LOOK)}


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise InputError("no Chromium on this machine: apt-get install chromium")
    if not PAGE.is_file():
        raise InputError(f"{PAGE}: not there; `make repro` writes it")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        figures = {"page_mb": round(PAGE.stat().st_size / 1e6, 2), **looked_at(browser, Path(folder))}
        browser.close()
    told = subprocess.run(["dvc", "metrics", "diff", "--all"], check=True, capture_output=True, text=True).stdout
    figures["metrics_diff_lines"] = len(told.splitlines())
    figures["plots"] = len(yaml.safe_load(Path("dvc.yaml").read_text(encoding="utf-8"))["plots"])
    figures |= second_look()
    for name, value in figures.items():
        print(f"{name:>30} {value:>8}   earlier: {EARLIER.get(name, '-')}")
    write_result("report", figures, ("playwright", "axe-playwright-python", "dvc"), earlier=EARLIER)


if __name__ == "__main__":
    run(main)
