"""Measure what finding personal information costs: whole texts, streamed tokens, masking.

Works alone on texts of its own, made of ordinary prose with a value in every fifth sentence; or on the rows of --data. Rules:
README.md here. Exit status: 0 every limit held, 1 a limit missed.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from hegui.detect.personal import PersonalStream, scan
from hegui.detect.personal.labelled import read_rows
from hegui.detect.personal.masking import MaskingStream, Placeholders

SENTENCES = (
    "今天上午我们在办公室讨论了下一季度的工作安排，大家都提出了不少意见。",
    "天气渐渐转凉，路边的树叶开始变黄，早晚出门需要多穿一件外套。",
    "这本书介绍了数据库的基本原理，也给出了许多可以直接运行的例子。",
    "如果遇到问题，可以先查看日志，再检查配置文件里的端口是否正确。",
    "客户张静，手机13800000000，请在2024年3月5日之前回复邮件user@example.com。",
)
SIZE = 1000
TOKEN = 2
LIMITS = {"scan_1000_us": 400.0, "token_us": 8.0}
"""Microseconds of processor time, medians; the first is that of lexicon, personal information and small model together."""


def timed(work: Callable[[], object], rounds: int) -> float:
    """Median of processor time, microseconds."""
    found = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return statistics.median(found) * 1e6


def texts(data: Path | None) -> list[str]:
    """Texts of SIZE characters."""
    whole = "".join(SENTENCES) * 600 if data is None else "".join(row["text"] for row in read_rows(data))
    return [whole[at : at + SIZE] for at in range(0, min(len(whole), 100 * SIZE) - SIZE + 1, SIZE)]


def streamed(text: str) -> None:
    """Fed two characters at a time, as a model's tokens come."""
    stream = PersonalStream()
    for at in range(0, len(text), TOKEN):
        stream.feed(text[at : at + TOKEN])
    stream.feed("", final=True)


def masked(text: str) -> None:
    """As `streamed`, with placeholders."""
    stream = MaskingStream(Placeholders())
    for at in range(0, len(text), TOKEN):
        stream.feed(text[at : at + TOKEN])
    stream.feed("", final=True)


def measure(pieces: list[str], rounds: int) -> dict[str, float]:
    """Every figure by its name, microseconds."""
    count = len(pieces)
    tokens = count * SIZE / TOKEN
    return {
        "scan_1000_us": timed(lambda: [scan(text) for text in pieces], rounds) / count,
        "token_us": timed(lambda: [streamed(text) for text in pieces], max(3, rounds // 5)) / tokens,
        "masked_token_us": timed(lambda: [masked(text) for text in pieces], max(3, rounds // 5)) / tokens,
    }


def main() -> int:
    """Print the figures and the limits as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="a folder with data.jsonl.gz instead of the texts of the bench")
    parser.add_argument("--rounds", type=int, default=25)
    arguments = parser.parse_args()
    figures = measure(texts(arguments.data), arguments.rounds)
    report = {
        "data": str(arguments.data or "prose of the bench"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "figures": {name: round(figure, 2) for name, figure in figures.items()},
        "limits": LIMITS,
    }
    print(json.dumps(report, ensure_ascii=False, indent=2))
    return int(any(figures[name] > limit for name, limit in LIMITS.items()))


if __name__ == "__main__":
    sys.exit(main())
