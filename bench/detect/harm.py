"""Measure what the harm model costs: a text of 1,000 Chinese characters, a streamed token, loading.

Works alone on the model that comes with hegui. Prints JSON: medians in microseconds, unless the name says otherwise.
"""

from __future__ import annotations

import json
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable

from hegui.detect.harm import SHIPPED_MODEL, HarmScorer, read_model

SENTENCE = "生成式人工智能服务提供者应当依法开展预训练、优化训练等训练数据处理活动，使用具有合法来源的数据和基础模型。"
TEXT = (SENTENCE * 20)[:1000]
TOKENS = [TEXT[at : at + 2] for at in range(0, len(TEXT), 2)]
ROUNDS = 300


def median(work: Callable[[], object], rounds: int) -> float:
    """Processor time of one call, microseconds."""
    took = []
    for _ in range(rounds):
        begin = time.process_time_ns()
        work()
        took.append(time.process_time_ns() - begin)
    return statistics.median(took) / 1000


def stream(scorer: HarmScorer, *, ask: bool) -> None:
    """A text of 500 tokens of two characters; with `ask` a verdict after each."""
    at = scorer.stream()
    for token in TOKENS:
        at.feed(token)
        if ask:
            at.verdict()


def main() -> None:
    """Print every figure."""
    model = read_model(SHIPPED_MODEL)
    plain, fast = HarmScorer(model, use_numpy=False), HarmScorer(model, use_numpy=True)
    figures = {
        "whole_1000_plain": median(lambda: plain.score(TEXT), ROUNDS),
        "token_feed": median(lambda: stream(plain, ask=False), ROUNDS) / len(TOKENS),
        "token_feed_and_verdict": median(lambda: stream(plain, ask=True), ROUNDS) / len(TOKENS),
        "load_ms": median(lambda: read_model(SHIPPED_MODEL), 20) / 1000,
        "resident_without_numpy_kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        "whole_1000_numpy": median(lambda: fast.score(TEXT), ROUNDS),
        "resident_with_numpy_kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }
    machine = {"python": platform.python_version(), "machine": platform.processor() or platform.machine()}
    json.dump({"machine": machine, "figures": figures}, sys.stdout, indent=2)


if __name__ == "__main__":
    main()
