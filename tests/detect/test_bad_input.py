"""What is sent to hurt: every detector takes it in bounded time and memory, and says something sensible.

Each detector runs in a process of its own, which the system stops at a bound of memory and of computing time. The bounds are
generous; work that grew with the square of the text would pass them many times over.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from hegui.detect.lexicon import Lexicon, Term
from hegui.detect.lexicon_files import read_lexicon
from hegui.detect.screen import CompiledLexicon, scan
from hegui.errors import FileFaults, HeguiError
from hegui.moderate.body import screen_prompt
from hegui.moderate.fields import TooDeepError
from hegui.moderate.policy_files import read_policy
from hegui.usecases.evaluation.screened import Gate

ROOT = Path(__file__).resolve().parents[2]
MEMORY = 2 << 30
"""Bytes a process may take."""
SECONDS = 60
"""Of computing a process may take; a sixth is the most that was measured, and starting is in it."""

UNITS = [
    "\ud800", "冰\u0301", "\u0301", "\u200b", "\u202e", "\U000e0041", "\x00", "a", "1", "1-", "1 ", " ", "\n", ".", "。",
    '"', "“", "”“", "(", "[", "{", "<", "<b>", "&lt;", "&#x", "%41", "\\u0041", "@", "a@a.", "://", "2001:", "我", "我想死",
    "死", "自杀", "说：“", "I want to ", "kill ", "北京市", "省市区", "号", "张", "身份证", "京A", "+86", "6222", "0.", "I cannot ",
    "sorry ", "抱歉", "```", "- ", "冰", "毒", "h", "i1", "丿", "ﷺ", "不想", "=3D", "dGVzdA==", "\u1160", "⟦手机号", "ie" * 300,
]  # fmt: skip

RUN = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]), int(sys.argv[2])))
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[3]), int(sys.argv[3])))
from hegui.detect.crisis import CrisisStream, find_crisis
from hegui.detect.harm import HarmScorer, shipped_model
from hegui.detect.families import VARIANTS
from hegui.detect.lexicon import Lexicon, Term, default_mode
from hegui.detect.personal import PersonalStream, scan as scan_personal
from hegui.detect.personal.masking import MaskingStream, Placeholders
from hegui.detect.refusal import judge_answer
from hegui.detect.screen import CompiledLexicon, LexiconStream, scan

def streamed(begin, text, step=7):
    stream = begin()
    for at in range(0, len(text), step):
        stream.feed(text[at : at + step])
    stream.feed("", final=True)

def harm(text):
    return scorer.score(text).probabilities

words = ("冰毒", "heroin", "暴力", "弓弩", "aab", "人人", "bad word", "出售枪支")
terms = tuple(Term(w, w, "A.1.h", mode=default_mode(w), variants=VARIANTS) for w in words)
lexicon, scorer = CompiledLexicon(Lexicon(terms)), HarmScorer(shipped_model())
detectors = {
    "lexicon": lambda text: scan(lexicon, text),
    "personal": scan_personal,
    "harm": harm,
    "crisis": find_crisis,
    "refusal": judge_answer,
    "lexicon-stream": lambda text: streamed(lambda: LexiconStream(lexicon), text),
    "personal-stream": lambda text: streamed(PersonalStream, text),
    "masking-stream": lambda text: streamed(lambda: MaskingStream(Placeholders()), text),
    "crisis-stream": lambda text: streamed(CrisisStream, text),
}
for unit, size in json.loads(sys.stdin.read()):
    detectors[sys.argv[1]]((unit * (size // len(unit) + 1))[:size])
print("done")
"""


def run(detector: str, texts: list[tuple[str, int]]) -> None:
    command = [sys.executable, "-c", RUN, detector, str(MEMORY), str(SECONDS)]
    given = json.dumps(texts)
    done = subprocess.run(command, cwd=ROOT, input=given, capture_output=True, text=True, timeout=600, check=False)
    assert done.stdout == "done\n", f"status {done.returncode}: {done.stderr[-2000:]}"


WHOLE = ("lexicon", "personal", "harm", "crisis", "refusal")
STREAMS = ("lexicon-stream", "personal-stream", "masking-stream", "crisis-stream")


@pytest.mark.parametrize("detector", WHOLE)
def test_a_text_of_one_thing_over_and_over_takes_bounded_work(detector: str) -> None:
    run(detector, [(unit, 40_000) for unit in UNITS])


@pytest.mark.parametrize("detector", STREAMS)
def test_a_stream_of_one_thing_over_and_over_takes_bounded_work(detector: str) -> None:
    run(detector, [(unit, 4_000) for unit in UNITS])


@pytest.mark.parametrize("detector", WHOLE)
def test_ten_megabytes_and_a_million_marks_are_taken(detector: str) -> None:
    ten = 10_000_000 // len("春江潮水连海平 word ".encode()) * len("春江潮水连海平 word ")
    run(detector, [("春江潮水连海平 word ", ten), ("a" + "\u0301" * 999_999, 1_000_000)])


def test_halves_of_characters_are_no_fault_and_hide_nothing() -> None:
    lexicon = CompiledLexicon(Lexicon((Term("t", "冰毒", "A.1.h"),)))
    assert [(f.start, f.end) for f in scan(lexicon, "\ud800冰\udfff毒\ud83d")] == [(1, 4)]
    assert [ruling.finding.term_id for ruling in Gate().judge("出售\ud800冰毒", "prompt").blocking] == ["s-drug-01"]


def test_a_list_has_words_and_no_patterns() -> None:
    """What looks like a regular expression is the word that is written; there is none to run away with the time."""
    lexicon = CompiledLexicon(read_lexicon(b"term,risk,mode\n(a+)+$,A.1.h,exact\n.*,A.1.h,exact\n", "bombs.csv"))
    assert scan(lexicon, "a" * 100_000 + "!") == ()
    assert [(f.start, f.end) for f in scan(lexicon, "x(a+)+$ and .*")] == [(1, 7), (12, 14)]


@pytest.mark.parametrize(
    "content",
    [
        "term,risk\n" + "长" * 65 + ",A.1.h\n",
        "term,risk,exceptions\n冰毒,A.1.h,冰毒" + "长" * 65 + "\n",
        "term,risk\n.*,A.1.h\n",
        "[" * 100_000,
        '{"term":' + '{"a":' * 50_000,
        "term,risk\n\ud800,A.1.h\n",
        "\x00" * 100_000,
    ],
)
def test_a_list_that_cannot_be_is_refused_with_its_faults(content: str) -> None:
    with pytest.raises(HeguiError, match="LEX"):
        read_lexicon(content.encode("utf-8", "surrogatepass"), "bad.csv")


@pytest.mark.parametrize(
    "content",
    [
        "[" * 5_000,
        "{a: " * 5_000,
        "? " * 5_000,
        "version: " + "9" * 100_000,
        "name: \ud800",
        "a: &a [x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a]\nhelp: [*b, *b, *b, *b, *b, *b]",
    ],
)
def test_a_policy_that_cannot_be_is_refused_with_its_faults(content: str) -> None:
    with pytest.raises(FileFaults, match="POL001"):
        read_policy(content, "bad.yaml")


def test_deep_nesting_is_refused() -> None:
    value: object = "出售冰毒"
    for _ in range(10_000):
        value = [value]
    gate = Gate()
    with pytest.raises(TooDeepError):
        screen_prompt(gate.detectors, gate.policy, {"messages": [{"role": "user", "content": value}]})


def test_a_long_term_with_every_variant_is_made_ready() -> None:
    lexicon = CompiledLexicon(Lexicon((Term("t", "监" * 64, "A.1.h", variants=("latin", "sound", "parts")),)))
    assert scan(lexicon, "监" * 64) != ()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 < MEMORY
