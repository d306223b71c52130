"""Measure what an answer of the law costs: assessing, ranking questions, reading the data, and the whole process.

Works alone on the law that comes with hegui. Rules: README.md here. Exit status: 0 every limit held, 1 a limit missed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

from hegui.law.assessment import Assessment, assess
from hegui.law.book import LawBook, read_book
from hegui.law.data_files import DataFiles, law_folder
from hegui.law.profile import Profile, read_profile
from hegui.law.questions import questions

DAY = date(2026, 11, 23)
CHATBOT = Path(__file__).parent / "chatbot.yaml"
LIMITS = {"assess_empty_ms": 30.0, "assess_chatbot_ms": 30.0, "process_check_ms": 800.0}
"""Milliseconds, of the issue that asked for them; medians of wall time."""


def timed(work: Callable[[], object], rounds: int) -> dict[str, float]:
    """Medians of wall and processor time, milliseconds."""
    walls, processors = [], []
    for _ in range(rounds):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    return {"wall_ms": 1000 * statistics.median(walls), "processor_ms": 1000 * statistics.median(processors)}


def measure(rounds: int, processes: int) -> dict[str, dict[str, float]]:
    """Every figure by its name."""
    files = DataFiles(law_folder())
    book = read_book(files)
    profiles = {"empty": Profile(), "chatbot": chatbot(book)}
    found = {
        "read_copy": timed(lambda: read_book(DataFiles(law_folder())), rounds),
        "read_yaml": timed(lambda: read_book(DataFiles(law_folder()), fresh=True), max(3, rounds // 10)),
    }
    for name, profile in profiles.items():
        assessment = assessed(book, profile)
        found[f"assess_{name}"] = timed(lambda p=profile: assessed(book, p), rounds)  # type: ignore[misc]
        found[f"questions_{name}"] = timed(lambda a=assessment: questions(a), rounds)  # type: ignore[misc]
    found["process_python"] = timed(lambda: start("-c", "pass"), processes)
    found["process_help"] = timed(lambda: start("-m", "hegui", "--help"), processes)
    found["process_check"] = timed(lambda: start("-m", "hegui", "law", "check", str(CHATBOT)), processes)
    return found


def assessed(book: LawBook, profile: Profile) -> Assessment:
    return assess(book, profile, as_of=DAY)


def chatbot(book: LawBook) -> Profile:
    return read_profile(CHATBOT.read_text("utf-8"), CHATBOT.name, book.facts, book.uncertainties)


def start(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)


def missed(found: dict[str, dict[str, float]]) -> Iterable[str]:
    return [name for name, limit in LIMITS.items() if found[name.removesuffix("_ms")]["wall_ms"] > limit]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50, help="of each figure inside the process")
    parser.add_argument("--processes", type=int, default=9, help="of each process")
    chosen = parser.parse_args()
    found = measure(chosen.rounds, chosen.processes)
    over = list(missed(found))
    rounded = {name: {unit: round(value, 1) for unit, value in figures.items()} for name, figures in found.items()}
    print(json.dumps({"figures": rounded, "limits": LIMITS, "missed": over}, indent=2))
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
