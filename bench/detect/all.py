"""Measure what the lexicon, personal information and the harm model cost together, on the same texts, and what peers cost.

Works alone on prose of its own, and on the rows of every --data folder. A text is 1,000 characters; a stream is the same text
in tokens of one or two characters, drawn from a fixed seed. Prints JSON: medians over the texts of each text's median, in
microseconds of processor time. Rules: README.md here. Exit status: 0 every limit held, 1 a limit missed.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "gateway"))

from lexicon import RISK, make_terms

from hegui.detect.compiled import CompiledLexicon
from hegui.detect.harm import HarmScorer, shipped_model
from hegui.detect.lexicon import Lexicon, Term, default_mode
from hegui.detect.personal import PersonalStream
from hegui.detect.personal import scan as find_personal
from hegui.detect.personal.labelled import read_rows
from hegui.detect.screen import LexiconStream, is_clean

SENTENCES = (
    "今天上午我们在办公室讨论了下一季度的工作安排，大家都提出了不少意见。",
    "天气渐渐转凉，路边的树叶开始变黄，早晚出门需要多穿一件外套。",
    "这本书介绍了数据库的基本原理，也给出了许多可以直接运行的例子。",
    "如果遇到问题，可以先查看日志，再检查配置文件里的端口是否正确。",
    "周末的集市上摆满了新鲜的蔬菜和水果，孩子们围着卖糖人的老人不肯离开。",
    "写作最难的是开头，把想说的话先写下来，改起来总比空着强。",
    "列车穿过长长的隧道，窗外忽然亮起来，远处的山坡上开满了野花。",
)
SIZE = 1000
TEXTS = 40
SEED = 20230815
LIMITS = {"whole_us": 400.0, "token_us": 8.0}
Work = Callable[[str], object]


class Detectors:
    """The three, ready."""

    def __init__(self, terms: Sequence[str]) -> None:
        listed = (Term(f"t{at}", term, RISK, mode=default_mode(term)) for at, term in enumerate(terms))
        self.lexicon = CompiledLexicon(Lexicon(tuple(listed)))
        model = shipped_model()
        self.harm, self.plain_harm = HarmScorer(model, use_numpy=True), HarmScorer(model, use_numpy=False)

    def whole(self) -> dict[str, Work]:
        """What is done with a whole text."""
        return {
            "lexicon": lambda text: is_clean(self.lexicon, text),
            "personal": find_personal,
            "harm": self.harm.score,
        }

    def streamed(self) -> dict[str, Callable[[list[str]], object]]:
        """What is done with the tokens of a stream. The verdict on harm is asked for whenever a block is full."""
        return {"lexicon": self._lexicon, "personal": _personal, "harm": self._harm}

    def _lexicon(self, tokens: list[str]) -> None:
        stream = LexiconStream(self.lexicon)
        for token in tokens:
            stream.feed(token)

    def _harm(self, tokens: list[str]) -> None:
        stream, closed = self.plain_harm.stream(), 0
        for token in tokens:
            if stream.takes_within_block(token):
                continue
            stream.feed(token)
            if stream.closed > closed:
                closed = stream.closed
                self.plain_harm.judge(stream.settled())


def _personal(tokens: list[str]) -> None:
    stream = PersonalStream()
    for token in tokens:
        stream.feed(token)


def cut(text: str) -> list[str]:
    """The text in tokens of one or two characters."""
    draw, at, tokens = random.Random(SEED), 0, []
    while at < len(text):
        size = draw.randint(1, 2)
        tokens.append(text[at : at + size])
        at += size
    return tokens


def texts(data: Path | None) -> list[str]:
    """Texts of SIZE characters, the same each time."""
    draw = random.Random(SEED)
    if data is None:
        return ["".join(draw.choices(SENTENCES, k=SIZE // 20))[:SIZE] for _ in range(TEXTS)]
    whole = [row["text"][:SIZE] for row in read_rows(data) if len(row["text"]) >= SIZE]
    if not whole:  # rows are short: put them together
        joined = "".join(row["text"] for row in read_rows(data))
        whole = [joined[at : at + SIZE] for at in range(0, len(joined) - SIZE + 1, SIZE)]
    return draw.sample(whole, min(TEXTS, len(whole)))


def median(works: dict[str, Callable[[Any], object]], given: Sequence[Any], rounds: int) -> dict[str, float]:
    """Medians over what is given, microseconds of processor time: of each one's median, and of its first turn (`first`).

    Works take turns on one text, which is first read with everything else in the processor's caches, then again `rounds` times.
    """
    times: dict[str, list[list[int]]] = {name: [] for name in (*works, "together")}
    for one in given:
        turns: dict[str, list[int]] = {name: [] for name in works}
        for _ in range(rounds + 1):
            for name, work in works.items():
                begin = time.process_time_ns()
                work(one)
                turns[name].append(time.process_time_ns() - begin)
        turns["together"] = [sum(turn) for turn in zip(*turns.values(), strict=True)]
        for name, found in turns.items():
            times[name].append(found)
    figures = {name: statistics.median(statistics.median(t[1:]) for t in found) / 1000 for name, found in times.items()}
    return figures | {"first": statistics.median(found[0] for found in times["together"]) / 1000}


def measure(detectors: Detectors, pieces: list[str], rounds: int) -> dict[str, dict[str, float]]:
    """Figures of whole texts and of one token."""
    tokens = [cut(text) for text in pieces]
    each = statistics.mean(map(len, tokens))
    streamed = median(detectors.streamed(), tokens, max(3, rounds // 3))
    return {
        "whole_us": median(detectors.whole(), pieces, rounds),
        "token_us": {k: v / each for k, v in streamed.items()},
    }


def peers(home: Path, sets: dict[str, list[str]], terms: Sequence[str]) -> Any:
    """What peers.py says in an environment of its own, made in `home` unless it is there."""
    python = home / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True, stdout=sys.stderr)
        for wanted in (["presidio-analyzer", "structlog"], ["--no-deps", "llm-guard"]):
            subprocess.run([str(python), "-m", "pip", "install", "-q", *wanted], check=True, stdout=sys.stderr)
    asked = json.dumps({"sets": sets, "terms": list(terms)})
    script = Path(__file__).with_name("peers.py")
    done = subprocess.run([str(python), str(script)], input=asked, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def rounded(figures: Any) -> Any:
    """For print."""
    if isinstance(figures, dict):
        return {name: rounded(figure) for name, figure in figures.items()}
    return round(figures, 2) if isinstance(figures, float) else figures


def compared(report: dict[str, Any], said: dict[str, Any]) -> Iterator[tuple[str, dict[str, float]]]:
    """Name of a set, how many times as long each peer took as its counterpart here."""
    for name, figures in said["sets"].items():
        ours = report[name]["whole_us"]
        yield (
            name,
            {
                "presidio_to_personal": figures["presidio_us"] / ours["personal"],
                "llm_guard_to_lexicon": figures["llm_guard_us"] / ours["lexicon"],
                "both_to_all_three": (figures["presidio_us"] + figures["llm_guard_us"]) / ours["together"],
            },
        )


def main() -> int:
    """Print the figures, the limits and, if asked, the peers' as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--data", type=Path, action="append", default=[], help="a folder with data.jsonl.gz; again for more"
    )
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument(
        "--peers", nargs="?", const=True, metavar="FOLDER", help="compare; FOLDER keeps their environment"
    )
    arguments = parser.parse_args()
    sets = {"prose of the bench": texts(None)} | {folder.name: texts(folder) for folder in arguments.data}
    terms = make_terms("".join(text for pieces in sets.values() for text in pieces))
    detectors = Detectors(terms)
    figures: dict[str, Any] = {name: measure(detectors, pieces, arguments.rounds) for name, pieces in sets.items()}
    shares = {
        name: {limit: found[limit]["together"] / most for limit, most in LIMITS.items()}
        for name, found in figures.items()
    }
    report: dict[str, Any] = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "terms": len(terms),
        "limits": LIMITS,
        "figures": figures,
        "shares_of_limits": shares,
    }
    if arguments.peers:
        with tempfile.TemporaryDirectory() as made:
            home = Path(made) / "venv" if arguments.peers is True else Path(arguments.peers)
            said = peers(home, sets, terms)
        report["peers"] = said | {"times_as_long": dict(compared(figures, said))}
    print(json.dumps(rounded(report), ensure_ascii=False, indent=2))
    return int(any(share > 1 for found in shares.values() for share in found.values()))


if __name__ == "__main__":
    sys.exit(main())
