"""What must hold for any bytes and any text, whoever made them up: the fuzz run and its regression tests ask the same.

Knows the contract (`label.codec`) as properties of one input; knows no mutation, no clock and no file. A broken property is a
Broken, whatever else escapes is a fault by itself; a MalformedError or a LabelError where the contract allows it is an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import apply
from hegui.label import content_number, provider_code, xmp
from hegui.label.aigc import AigcLabel
from hegui.label.checks import check
from hegui.label.codec import Codec
from hegui.label.comparison import compare
from hegui.label.faults import LabelError
from hegui.label.findings import sentence
from hegui.label.formats import CODECS
from hegui.label.json_members import added
from hegui.label.notations import read_notation
from hegui.label.security_data import opaque_form, read_security
from hegui.label.sidecar import read_sidecar
from hegui.label.signatures import verify_security
from hegui.label.spellings import meant_key, parse
from hegui.label.standing import labels
from hegui.label.upload import decide
from hegui.label.wording import explain_wording
from hegui.usecases.label_verify import verify_source

__all__ = ["LABELS", "TARGETS", "TEXTS", "Broken", "Steps", "check_written", "file_steps", "name_of", "text_steps"]

FIRST = AigcLabel.first("001191110102MAD55U9H0F10002", "01JC-7f3a")
LABELS = (
    FIRST,
    FIRST.propagated("00119144030008867405X220001", "p<1>&'2'", reserved='{"k":"v & <w>"}'),
    AigcLabel(
        "2", "]]>--></script>*/ \\\"'`${}#%", "\0\x01\x1f\x7f\r\n\t\u2028\ufeff", "\U0001f600é合规", "---", ": {", "?>"
    ),
    AigcLabel.first("P", "n" * 5000, reserved="合规" * 400),
    AigcLabel("3", "", "", "", "x", "", ""),
)
"""What is written: an ordinary one, one with escapes, one that closes every quote there is, a long one, one almost empty."""

TEXTS = "texts"
TARGETS = (*(codec.NAME for codec in CODECS), TEXTS)

Steps = Iterator[tuple[str, Callable[[], object]]]


class Broken(AssertionError):
    """A property does not hold; the message is the same for every input that breaks it so."""


def name_of(codec: Codec, data: bytes) -> str:
    """A file name that names the format, or now and then none."""
    return f"a{codec.EXTENSIONS[len(data) % len(codec.EXTENSIONS)]}" if codec.EXTENSIONS and len(data) % 8 else ""


def file_steps(codec: Codec, data: bytes) -> Steps:
    """The properties of a codec on one file, each a step that is measured alone."""
    name, label = name_of(codec, data), LABELS[sum(data[-64:]) % len(LABELS)]
    yield "verify", lambda: _told(verify_source(Source.of(data), name).verdict.text)
    yield "bare", lambda: _allowed(lambda: apply(data, _within(data, codec.bare(Source.of(data)))))
    yield "write", lambda: check_written(codec, data, label)


def _allowed(work: Callable[[], object]) -> object:
    with suppress(MalformedError, LabelError):
        return work()
    return None


def _told(text: Callable[[str], str]) -> None:
    for lang in ("en", "zh"):
        text(lang)


def _within(data: bytes, splices: tuple[object, ...]) -> tuple[object, ...]:
    """Splices that lie in the file, so that applying them cannot fail in a way that would pass for the file's fault."""
    for at, drop, _ in splices:  # type: ignore[misc]
        if at < 0 or drop < 0 or at + drop > len(data):
            raise Broken("a splice lies outside the file")
    return splices


def check_written(codec: Codec, data: bytes, label: AigcLabel) -> None:
    """What holds where a file takes a label: it is read, alone; it is not written twice; there is a way back."""
    try:
        before = codec.read(Source.of(data))
        splices = codec.write(Source.of(data), label)
    except (MalformedError, LabelError):
        return
    after = apply(data, _within(data, splices))
    try:
        reading = codec.read(Source.of(after))
        again = codec.write(Source.of(after), label)
    except (MalformedError, LabelError) as error:
        raise Broken(f"what was written cannot be read: {type(error).__name__}") from error
    found = [one.spelt.label for one in labels(reading)]
    if found != [label]:
        raise Broken(f"not this label alone is read: {len(found)} found")
    if again:
        raise Broken("the same label is written again")
    compare(before, reading)
    decide(reading)
    if (
        codec.IS_REVERSIBLE and not before.candidates
    ):  # a text that is no label gives way to one, and does not come back
        try:
            back = apply(after, _within(after, codec.bare(Source.of(after))))
        except (MalformedError, LabelError) as error:
            raise Broken(f"the way back is refused: {type(error).__name__}") from error
        if back != data and not _was_announced(codec, data, back):
            raise Broken("the way back gives other bytes")


def _was_announced(codec: Codec, data: bytes, back: bytes) -> bool:
    """A WebP that announces XMP and has none is not given back with that flag; no signature binds such content (LBL122)."""
    return codec.NAME == "webp" and data[20] & 4 != 0 and data[:20] + bytes([data[20] & ~4]) + data[21:] == back


def text_steps(data: bytes) -> Steps:
    """What reads text alone; the bytes are text in UTF-8, or nearly."""
    text = data.decode("utf-8", "surrogatepass" if data[:1] == b"\xed" else "replace") if _decodes(data) else ""
    yield "spellings", lambda: _spelt(text)
    yield "notation", lambda: (read_notation(text), meant_key(text), opaque_form(text), read_security(text))
    yield "provider code", lambda: _code(text)
    yield "content number", lambda: (content_number.record_of(text), _allowed(lambda: _number(text)))
    yield "wording", lambda: explain_wording(text)
    yield "label", lambda: _label(text)
    yield "signatures", lambda: verify_security(AigcLabel("1", text[:20], "n", text, text[-20:], "n", text), bytes(32))
    yield "xmp", lambda: _packet(data, text)
    yield "member", lambda: added(data + b"}", "aigc", "{}")
    yield "sidecar", lambda: _allowed(lambda: read_sidecar(data, "a.aigc.json"))


def _decodes(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass" if data[:1] == b"\xed" else "replace")
    except UnicodeDecodeError:
        return False
    return True


def _spelt(text: str) -> None:
    spelt = parse(text)
    if spelt is None:
        return
    for finding in (*spelt.findings, *check(spelt, strict=True), *check(spelt.label, first_write=True)):
        for lang in ("en", "zh"):
            sentence(finding, lang)
    if len(spelt.label.text()) <= 60_000:
        again = parse(spelt.label.text())
        if again is None or again.label != spelt.label:
            raise Broken("a label that was read is another one when it is written")


def _code(text: str) -> None:
    faults = provider_code.validate(text)
    provider_code.compact(text)
    provider_code.resembles(text)
    for lang in ("en", "zh"):
        provider_code.explain(text).lines(lang)
    try:
        code = provider_code.parse(text)
    except LabelError:
        if not faults:
            raise Broken("a code without faults is none") from None
        return
    if faults or str(code) != provider_code.compact(text):
        raise Broken("a code is another one when it is read")


def _number(text: str) -> object:
    return content_number.verified(text, [bytes(32)])


def _label(text: str) -> None:
    """Any text stands in a label as it is, whatever it holds; lone surrogates, which are no characters, apart."""
    plain = text.encode("utf-8", "replace").decode()[:2000]
    third = len(plain) // 3
    label = AigcLabel("1", plain[:third], plain[third : 2 * third], plain[2 * third :], plain[-5:], plain[:5], "")
    for spelling in (label.text(), label.wrapped()):
        spelt = parse(spelling)
        if spelt is None or spelt.label != label:
            raise Broken("a label is another one when it is read")
        if any(finding.kind.startswith(("spelling.", "key.")) for finding in spelt.findings):
            raise Broken("our own spelling has findings")


def _packet(data: bytes, text: str) -> None:
    before = xmp.find(data)
    label = FIRST.propagated(text.encode("utf-8", "replace").decode()[:200], "7").text()
    try:
        packet = xmp.written(data, label)
    except (LabelError, MalformedError):
        return
    found = [one.text for one in xmp.find(packet).labels]
    if found != [label]:
        raise Broken(f"not this label alone is read: {len(found)} found")
    if before.labels:  # of any text
        return
    try:
        back = xmp.without(packet)
    except (LabelError, MalformedError) as error:
        raise Broken(f"the way back is refused: {type(error).__name__}") from error
    if back != data:
        raise Broken("the way back gives other bytes")
