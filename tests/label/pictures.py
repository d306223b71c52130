"""Small help for the tests of picture formats: labels, and a codec's answers on bytes in memory."""

from __future__ import annotations

import html
from pathlib import Path

from hegui.kernel.source import Source
from hegui.kernel.splice import apply
from hegui.label.aigc import AigcLabel
from hegui.label.codec import Codec
from hegui.label.reading import Reading
from hegui.label.standing import Standing, labels
from tests.label.contract import CARRIERS, output

LABEL = AigcLabel.first("001191110102MAD55U9H0F10002", "01JC-7f3a")
OTHER = LABEL.propagated("00119144030008867405X220001", "n" * 300, reserved='{"k":"v & <w>"}')
PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="keep me"/>'
    '</rdf:RDF></x:xmpmeta>          <?xpacket end="w"?>'
).encode()
LABELLED_PACKET = PACKET.replace(
    b"</rdf:RDF>",
    f'<rdf:Description xmlns:T="http://www.tc260.org.cn/ns/AIGC/1.0/" T:AIGC="{html.escape(LABEL.text())}"/></rdf:RDF>'.encode(),
)


def carrier(name: str) -> bytes:
    return (CARRIERS / name).read_bytes()


def read(codec: Codec, data: bytes) -> Reading:
    return codec.read(Source.of(data))


def found(codec: Codec, data: bytes) -> list[Standing]:
    return list(labels(read(codec, data)))


def the_label(codec: Codec, data: bytes) -> Standing:
    (one,) = found(codec, data)
    return one


def written(codec: Codec, data: bytes, label: AigcLabel = LABEL) -> bytes:
    return apply(data, codec.write(Source.of(data), label))


def bare(codec: Codec, data: bytes) -> bytes:
    return apply(data, codec.bare(Source.of(data)))


def updated(codec: Codec, data: bytes) -> bytes:
    """The file with OTHER in the place of LABEL; that the label stands alone, in the same form, is checked."""
    before = the_label(codec, data)
    assert before.spelt.label == LABEL
    after = written(codec, data, OTHER)
    one = the_label(codec, after)
    assert one.spelt.label == OTHER
    assert one.candidate.place == before.candidate.place
    assert one.spelt.form == before.spelt.form
    assert written(codec, after, OTHER) == after
    return after


def exiv2_label(path: Path, text: str) -> None:
    """A label as exiv2 writes it."""
    output("exiv2", "-M", "reg TC260 http://www.tc260.org.cn/ns/AIGC/1.0/", "-M", f"set Xmp.TC260.AIGC {text}", path)


def exiftool_tags(path: Path, *tags: str) -> list[str]:
    return output("exiftool", "-a", "-s3", *tags, path).decode().splitlines()
