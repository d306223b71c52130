"""The streaming guarantee, clause by clause, against a naive reading of its words.

The naive side folds character by character and searches with `in` and `find`; it shares nothing with the screen but F.
"""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from hegui.detect.detectors import Detectors
from hegui.detect.lexicon import Lexicon, Term
from hegui.detect.screen import CompiledLexicon, Finding, LexiconStream, is_clean
from hegui.kernel.fold import MAX_RUN, fold, fold_character
from hegui.moderate.policy import Policy
from hegui.moderate.stream import TextScreen

LETTERS = "冰毒大麻國abhl1oi"
NOISE = ["\u200b", "-", " ", "😀", "\n", "\u0301", "　", "·"]
WRAPPINGS = [
    "<b>",
    "</b>",
    "<",
    ">",
    "&",
    "&nbsp;",
    "&#20912;",
    "\\",
    "\\n",
    "\\u51b0",
    "\\ud83d",
    "\ud83d",
    "\ude00",
    "'",
]

folded_terms = st.lists(st.text(st.sampled_from(LETTERS), min_size=1, max_size=4), min_size=1, max_size=5, unique=True)
noisy_text = st.lists(st.sampled_from([*LETTERS, *LETTERS, *NOISE]), max_size=30).map("".join)
wrapped_text = st.lists(st.sampled_from([*LETTERS, *LETTERS, *NOISE, *WRAPPINGS]), max_size=24).map("".join)
cuts = st.lists(st.integers(1, 6), max_size=40)
STOP_ALL = Policy("test", 1)


def cut(text: str, sizes: list[int]) -> list[str]:
    """The text in fragments of the given sizes, the rest in one."""
    fragments, at = [], 0
    for size in sizes:
        fragments.append(text[at : at + size])
        at += size
    return [fragment for fragment in [*fragments, text[at:]] if fragment]


def plain_lexicon(words: list[str]) -> CompiledLexicon:
    return CompiledLexicon(Lexicon(tuple(Term(f"t{i}", word, "A.1.h", variants=()) for i, word in enumerate(words))))


@st.composite
def rich_lexicons(draw: st.DrawFn) -> CompiledLexicon:
    """Every mode, exceptions and variants."""
    terms = []
    for number, word in enumerate(draw(folded_terms)):
        mode = draw(st.sampled_from(["folded", "folded", "word", "exact"]))
        around = draw(st.lists(st.tuples(st.sampled_from(["", *LETTERS]), st.sampled_from(["", *LETTERS])), max_size=2))
        exceptions = tuple(before + word + after for before, after in around if before + after)
        variants = tuple(draw(st.sets(st.sampled_from(["latin", "parts", "sound"]))))
        terms.append(Term(f"t{number}", word, "A.1.h", mode=mode, exceptions=exceptions, variants=variants))
    return CompiledLexicon(Lexicon(tuple(terms)))


def findings_of(lexicon: CompiledLexicon, fragments: list[str]) -> tuple[set[tuple[str, int, int]], list[int]]:
    stream, found, safe = LexiconStream(lexicon), [], []
    for fragment in fragments:
        step = stream.feed(fragment)
        found.extend(step.findings)
        safe.append(step.safe)
    found.extend(stream.feed("", final=True).findings)
    return {(f.term_id, f.start, f.end) for f in found}, safe


def occurrences(text: str, words: list[str]) -> set[tuple[int, int]]:
    """Naive: raw spans whose characters fold to a term, first and last character not skipped."""
    places = [(i, letter) for i, character in enumerate(text) for letter in fold_character(character)]
    folded = "".join(letter for _, letter in places)
    found = set()
    for word in map(fold, words):
        at = folded.find(word)
        while at >= 0:
            found.add((places[at][0], places[at + len(word) - 1][0] + 1))
            at = folded.find(word, at + 1)
    return found


def live_start(text: str, words: list[str]) -> int:
    """Naive: where the longest suffix begins that folds to a proper prefix of a term."""
    folded = [fold(word) for word in words]
    for start, character in enumerate(text):
        if fold_character(character):
            read = fold(text[start:])
            if any(word.startswith(read) and word != read for word in folded):
                return start
    return len(text)


@given(folded_terms, noisy_text, cuts)
@example(["冰毒"], "冰\u200b毒", [1, 1, 1])
@example(["abab", "b"], "ab-ab", [5])
def test_what_is_let_go_holds_no_term_and_no_beginning_of_one(words: list[str], text: str, sizes: list[int]) -> None:
    screen, out = TextScreen(Detectors(plain_lexicon(words)), STOP_ALL), ""
    for fragment in cut(text, sizes):
        out += screen.feed(fragment)
        assert text.startswith(out)
        assert not any(start < len(out) for start, _ in occurrences(text, words))
    out += screen.finish()
    assert not any(word in fold(out) for word in map(fold, words))
    assert not any(start < len(out) for start, _ in occurrences(text, words))
    assert (screen.ended is not None) == bool(occurrences(text, words))


@given(folded_terms, noisy_text, cuts)
def test_what_is_withheld_begins_exactly_where_the_longest_live_prefix_begins(
    words: list[str], text: str, sizes: list[int]
) -> None:
    stream, fed = LexiconStream(plain_lexicon(words)), ""
    for fragment in cut(text, sizes):
        fed += fragment
        assert stream.feed(fragment).safe == live_start(fed, words)


@given(rich_lexicons(), wrapped_text, cuts)
@example(plain_lexicon(["ba"]), "<b>\\na", [3])
def test_findings_do_not_depend_on_how_the_text_is_cut(lexicon: CompiledLexicon, text: str, sizes: list[int]) -> None:
    whole, _ = findings_of(lexicon, [text])
    assert findings_of(lexicon, cut(text, sizes))[0] == whole
    assert findings_of(lexicon, list(text))[0] == whole


class Unhurried(LexiconStream):
    """Takes a closer look at every fragment."""

    def glance(self, fragment: str) -> int | None:
        return None


@given(rich_lexicons(), wrapped_text, cuts)
@example(plain_lexicon(["ab"]), "a", [])
def test_a_glance_sees_what_a_closer_look_does(lexicon: CompiledLexicon, text: str, sizes: list[int]) -> None:
    quick, slow = LexiconStream(lexicon), Unhurried(lexicon)
    for fragment in cut(text, sizes):
        assert quick.feed(fragment) == slow.feed(fragment)
        assert quick._buffer == slow._buffer
        assert (quick._before, quick._bare_before) == (slow._before, slow._bare_before)
    assert quick.feed("", final=True) == slow.feed("", final=True)
    assert is_clean(lexicon, text) == (not Unhurried(lexicon).feed(text, final=True).findings)


@given(rich_lexicons(), wrapped_text, cuts)
def test_nothing_of_a_finding_is_let_go_before_it_is_known(
    lexicon: CompiledLexicon, text: str, sizes: list[int]
) -> None:
    stream, safe = LexiconStream(lexicon), 0
    for fragment in [*cut(text, sizes), ""]:
        step = stream.feed(fragment, final=not fragment)
        assert all(finding.start >= safe for finding in step.findings)
        assert step.safe >= safe
        safe = step.safe
    assert safe == len(text)


@given(rich_lexicons(), wrapped_text, cuts)
def test_a_stream_ends_where_its_whole_text_ends(lexicon: CompiledLexicon, text: str, sizes: list[int]) -> None:
    whole, cut_up = TextScreen(Detectors(lexicon), STOP_ALL), TextScreen(Detectors(lexicon), STOP_ALL)
    let_go = whole.feed(text) + whole.finish()
    assert "".join(map(cut_up.feed, cut(text, sizes))) + cut_up.finish() == let_go
    assert cut_up.ended == whole.ended
    assert text.startswith(let_go)
    if whole.ended is None:
        assert let_go == text
    for screen in (whole, cut_up):
        assert screen.screened == screen.released + len(screen.held)


@given(folded_terms, noisy_text, cuts)
def test_a_stream_is_redacted_as_its_whole_text_is(words: list[str], text: str, sizes: list[int]) -> None:
    policy = Policy("test", 1, defaults={"prompt": "redact", "answer": "redact"})
    lexicon = plain_lexicon(words)
    screen = TextScreen(Detectors(lexicon), policy)
    out = "".join(map(screen.feed, cut(text, sizes))) + screen.finish()
    hidden = {i for start, end in occurrences(text, words) for i in range(start, end)}
    assert out == "".join("＊" if i in hidden else character for i, character in enumerate(text))


def test_an_overlong_run_inside_a_term_is_a_finding_and_ends_the_state() -> None:
    stream = LexiconStream(plain_lexicon(["冰毒"]))
    found: list[Finding] = []
    for character in "冰" + "\u200b" * (MAX_RUN + 200) + "毒":
        found.extend(stream.feed(character).findings)
    assert [(f.grade, f.start, f.end) for f in found] == [("flood", 0, 1 + MAX_RUN)]
    assert findings_of(plain_lexicon(["冰毒"]), ["冰" + "\u200b" * (MAX_RUN + 200) + "毒"])[0] == {
        ("flood", 0, 1 + MAX_RUN)
    }


def test_a_run_of_the_longest_allowed_length_is_seen_through() -> None:
    text = "冰" + "\u200b" * MAX_RUN + "毒"
    assert findings_of(plain_lexicon(["冰毒"]), list(text))[0] == {("t0", 0, len(text))}
    assert findings_of(plain_lexicon(["冰毒"]), [text])[0] == {("t0", 0, len(text))}


def test_an_overlong_run_outside_a_term_is_nothing() -> None:
    text = "好" + "-" * 2000 + "。"
    assert findings_of(plain_lexicon(["冰毒"]), [text]) == (set(), [len(text)])


def test_the_state_stays_small_on_a_long_text() -> None:
    stream = LexiconStream(plain_lexicon(["冰毒", "ab" * 20]))
    for _ in range(2000):
        stream.feed("冰ababab好" * 5)
        assert len(stream.fork()._buffer) <= 40
