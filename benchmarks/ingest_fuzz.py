"""Spoil instruments' own exports, and take parts of them away, and look what the readers make of them:
`python -m benchmarks.ingest_fuzz [MUTATIONS] [DATA]` (6,400; ../shared/data).

Counts tracebacks, hangs (a run of a few hundred particles that takes longer than a minute), silent errors: accepted
particles with another value than in the unspoilt export in a field that no change touched; and, in the mutations that
are losses (all but the first 2,400), silent low counts: a concentration below the whole run's. Lists are cut to their
first particles and summaries count these, so that thousands of mutations take minutes; collages and contexts are whole.
"""

import random
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

from benchmarks.result import write_result
from stages.common.base.errors import InputError
from tests.reading.exports import Mfi
from tests.reading.losses import lose, low_count
from tests.reading.mutations import Original, spoil

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"
SECONDS_OF_A_HANG = 60
PARTICLES = 120
BAD = ("tracebacks", "silent_errors", "silent_low_counts", "hangs")
SPOILT = 2400  # mutations that spoil; the rest are losses
VOLUME_ML = 0.05  # of the runs whose export tells none
COUNTED = re.compile(rb"(Count,|Particle Count: )1000\b")


class Hang(BaseException):
    """Raised by the clock; no `except Exception` takes it for an answer."""


def originals(data: Path, folder: Path) -> list[Original]:
    """Copies of the real exports, their tables cut: runs as lists, one as a VisualSpreadsheet table; and an MFI-like
    one that the tests write."""
    found = []
    for number, run in enumerate(sorted((data / "flowcam_labelled/runs").iterdir())[:3]):
        copy = _copy(run, folder / f"list{number}", f"{run.name}.lst", ".csv")
        found.append(Original(copy, "flowcam", f"{run.name}.lst"))
    run = sorted((data / "flowcam_labelled/runs").iterdir())[0]
    copy = _copy(run, folder / "table", f"{run.name}.csv", ".lst")
    found.append(Original(copy, "visualspreadsheet", f"{run.name}.csv"))
    portrait = data / "formats/lst65_portrait"
    name = next(portrait.glob("*.lst")).name
    found.append(Original(_copy(portrait, folder / "portrait", name, ".txt"), "flowcam", name, VOLUME_ML))
    export = Mfi()
    export.preamble.append(f"Particles: {len(export.rows)}")
    export.write(folder)
    found.append(Original(folder / export.run, "mfi", "particles.csv"))
    return found


def _copy(run: Path, to: Path, table: str, without: str) -> Path:
    """The run's folder with the first particles of its table; files that end on `without` and backgrounds stay away."""
    to.mkdir()
    for path in run.iterdir():
        if path.name == table or not (path.suffix in (without, ".edg", ".cla", ".md") or path.name.startswith("cal_")):
            shutil.copyfile(path, to / path.name)
    lines = (to / table).read_bytes().split(b"\n")
    first = next(i for i, line in enumerate(lines) if line.count(b"|") > 5 or line.startswith(b"1,"))
    (to / table).write_bytes(b"\n".join([*lines[: first + PARTICLES], b""]))
    for summary in to.glob("*summary*"):
        summary.write_bytes(COUNTED.sub(rb"\g<1>%d" % PARTICLES, summary.read_bytes()))
    return to


def tell(original: Original, seed: int) -> tuple[str, str]:
    """What became of one mutation: read, refused or one of BAD; and what was done."""
    losing = seed >= SPOILT
    done = (lose if losing else spoil)(original, random.Random(seed))
    signal.alarm(SECONDS_OF_A_HANG)
    try:
        wrong = original.judge()
        if losing and (low := low_count(original)):
            return "silent_low_counts", f"{done}: {low}"
        return ("silent_errors", f"{done}: {wrong[:3]}") if wrong else ("read", done)
    except InputError:
        return "refused", done
    except Hang:
        return "hangs", done
    except Exception:
        return "tracebacks", f"{done}\n{traceback.format_exc()}"
    finally:
        signal.alarm(0)
        original.restore()


def main() -> None:
    mutations = int(sys.argv[1]) if len(sys.argv) > 1 else 6400
    data = Path(sys.argv[2]) if len(sys.argv) > 2 else DATA
    if not (data / "flowcam_labelled").is_dir():
        print(f"skipped: no real exports in {data}; name their folder")
        return
    signal.signal(signal.SIGALRM, _ring)
    counts = dict.fromkeys(["read", "refused", *BAD], 0)
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        exports = originals(data, Path(folder))
        for seed in range(mutations):
            outcome, what = tell(exports[seed % len(exports)], seed)
            counts[outcome] += 1
            if outcome not in ("read", "refused"):
                print(f"{outcome} at seed {seed}: {what}", flush=True)
    seconds = time.monotonic() - start
    print(f"{mutations} mutations in {seconds:.0f} s: {counts}")
    figures = {"mutations": mutations, "losses": max(0, mutations - SPOILT), **{name: counts[name] for name in BAD}}
    write_result(
        "ingest_fuzz",
        figures,
        ("numpy", "pandas", "pillow", "pyarrow"),
        read_all_the_same=counts["read"],
        refused_with_a_message=counts["refused"],
        seconds=round(seconds, 1),
    )


def _ring(*_) -> None:
    raise Hang


if __name__ == "__main__":
    main()
