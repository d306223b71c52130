"""Measure Presidio's analyzer and LLM Guard's word scanner on the texts given on stdin; run by all.py in their environment.

Presidio has its recognisers of patterns that belong to no one country and the telephone numbers of China, and a blank Chinese
pipeline of spaCy in the place of a trained model, so no names and no places: less than it can do, and the fastest it can be.
LLM Guard is its own BanSubstrings over the same terms, word by word in `str` mode (in Chinese text a word boundary is nowhere);
its module is loaded without the other scanners of the package, which would bring torch. Knows nothing of hegui.
Prints JSON: versions, and for each set the median over the texts of each text's median, microseconds of processor time.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import logging
import statistics
import sys
import time
import types
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import spacy
import structlog
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine
from presidio_analyzer.predefined_recognizers import (
    CreditCardRecognizer,
    CryptoRecognizer,
    DateRecognizer,
    EmailRecognizer,
    IbanRecognizer,
    IpRecognizer,
    PhoneRecognizer,
    UrlRecognizer,
)

LANGUAGE = "zh"
ROUNDS = 3
WORDS_TEXTS = 5
"""Texts the word scanner is given of each set: one takes it a thousand times as long."""


class BlankEngine(NlpEngine):
    """Cuts Chinese into characters, and that is all."""

    def __init__(self) -> None:
        self.nlp = spacy.blank(LANGUAGE)

    def load(self):
        pass

    def is_loaded(self):
        return True

    def process_text(self, text, language):
        document = self.nlp(text)
        words = [token.text for token in document]
        return NlpArtifacts([], document, [token.idx for token in document], words, self, language)

    def process_batch(self, texts, language, batch_size=1, n_process=1, **_):
        for text in texts:
            yield text, self.process_text(text, language)

    def is_stopword(self, word, language):
        return False

    def is_punct(self, word, language):
        return False

    def get_supported_entities(self):
        return []

    def get_supported_languages(self):
        return [LANGUAGE]


def presidio() -> Callable[[str], object]:
    """The analyzer, ready."""
    recognisers = [
        kind(supported_language=LANGUAGE)
        for kind in (
            CreditCardRecognizer,
            CryptoRecognizer,
            DateRecognizer,
            EmailRecognizer,
            IbanRecognizer,
            IpRecognizer,
            UrlRecognizer,
        )
    ]
    recognisers.append(PhoneRecognizer(supported_language=LANGUAGE, supported_regions=("CN",)))
    registry = RecognizerRegistry(recognizers=recognisers, supported_languages=[LANGUAGE])
    engine = AnalyzerEngine(registry=registry, nlp_engine=BlankEngine(), supported_languages=[LANGUAGE])
    return lambda text: engine.analyze(text, language=LANGUAGE)


def llm_guard(terms: list[str]) -> Callable[[str], object]:
    """The word scanner, ready."""
    spec = importlib.util.find_spec("llm_guard")
    folder = Path(spec.origin).parent
    for name, path in (("llm_guard", folder), ("llm_guard.input_scanners", folder / "input_scanners")):
        package = types.ModuleType(name)
        package.__path__ = [str(path)]
        sys.modules[name] = package
    scanner = importlib.import_module("llm_guard.input_scanners.ban_substrings").BanSubstrings
    return scanner(terms, match_type="str").scan


def median(work: Callable[[str], object], texts: list[str]) -> float:
    """Microseconds of processor time."""
    found = []
    for text in texts:
        work(text)
        times = []
        for _ in range(ROUNDS):
            begin = time.process_time_ns()
            work(text)
            times.append(time.process_time_ns() - begin)
        found.append(statistics.median(times))
    return statistics.median(found) / 1000


def main() -> None:
    """Answer what is asked on stdin."""
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    asked = json.load(sys.stdin)
    personal, words = presidio(), llm_guard(asked["terms"])
    # A peer that finds nothing of what it is for is not set up, and its figure would mean nothing.
    found = {one.entity_type for one in personal("邮箱 user@example.com ，卡号 4111111111111111 。")}
    if not {"EMAIL_ADDRESS", "CREDIT_CARD"} <= found or words(f"甲{asked['terms'][0]}乙")[1]:
        sys.exit("peers.py: a peer does not find what it is set up for.")
    sets = {
        name: {"presidio_us": median(personal, texts), "llm_guard_us": median(words, texts[:WORDS_TEXTS])}
        for name, texts in asked["sets"].items()
    }
    versions = {name: version(name) for name in ("presidio-analyzer", "spacy", "llm-guard")}
    json.dump({"versions": versions, "sets": sets}, sys.stdout)


if __name__ == "__main__":
    main()
