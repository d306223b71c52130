"""PDF files made to hurt: loops, lies about lengths, bombs, nesting, counts; each gets an answer or one of our errors, soon."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hegui.kernel.source import MalformedError, Source, TooMuchError
from hegui.label import pdf
from hegui.label.pdf_filters import decoded
from hegui.label.pdf_objects import Dictionary, Name, ShortError, Value, parse
from hegui.label.standing import labels
from tests.label import pdfs
from tests.label.archives import LABEL, survives, written
from tests.label.pdfs import OBJECTS, stream

INFO = b"<</AIGC(%b)/Title(x)>>" % LABEL.text().encode()
LABELLED = OBJECTS | {4: INFO}


def read(data: bytes) -> list[str]:
    return [one.spelt.label.produce_id for one in labels(pdf.read(Source.of(data)))]


def gaps(data: bytes) -> dict[str, str]:
    return {gap.place: gap.reason for gap in pdf.read(Source.of(data)).gaps}


def start(data: bytes, place: int) -> bytes:
    """The file with another `startxref`."""
    return data + b"startxref\n%d\n%%%%EOF\n" % place


def test_a_chain_that_comes_back_is_found_out() -> None:
    data = pdfs.pdf(LABELLED)
    at = data.index(b"xref\n0 5")
    looped = data.replace(b"/Info 4 0 R", b"/Info 4 0 R/Prev %d" % at)
    assert gaps(looped) == {"cross-reference": "malformed"}
    assert read(looped) == [LABEL.produce_id]  # found by looking through the file
    with pytest.raises(MalformedError, match="circle"):
        written(pdf, looped)


def test_a_chain_of_thousands_is_left() -> None:
    out = bytearray(pdfs.pdf(LABELLED))
    previous = out.index(b"xref\n0 5")
    for _ in range(5_000):
        at = len(out)
        out += b"xref\n0 0\ntrailer\n<</Size 5/Root 1 0 R/Prev %d>>\n" % previous
        previous = at
    assert gaps(start(bytes(out), previous)) == {"cross-reference": "too large"}


@pytest.mark.parametrize(
    "length", [b"5 0 R", b"6 0 R", b"-1", b"999999999999", b"1", b"null", b"(x)"],
    ids=["itself", "another stream in a circle", "negative", "behind the file", "short", "none", "a string"],
)  # fmt: skip
def test_lengths_that_lie(length: bytes) -> None:
    body = b"<</Type/Metadata/Length %b>>\nstream\n<x/>\nendstream" % length
    objects = LABELLED | {1: b"<</Type/Catalog/Pages 2 0 R/Metadata 5 0 R>>", 5: body, 6: b"5 0 R"}
    assert read(pdfs.pdf(objects)) == [LABEL.produce_id]
    survives(pdf, pdfs.pdf(objects))


def test_streams_that_need_each_other() -> None:
    within = {7: b"1", 8: b"1"}
    containers = {
        5: pdfs.object_stream({7: b"1"}).replace(b"/Length ", b"/Length 8 0 R/Was "),
        6: pdfs.object_stream({8: b"1"}).replace(b"/Length ", b"/Length 7 0 R/Was "),
    }
    data = pdfs.pdf(
        LABELLED | {1: b"<</Type/Catalog/Pages 2 0 R/Metadata 7 0 R>>"} | containers, kind="stream", within=within
    )
    survives(pdf, data)


def test_references_in_a_circle() -> None:
    objects = LABELLED | {1: b"<</Type/Catalog/Pages 2 0 R/AF 5 0 R>>", 5: b"6 0 R", 6: b"5 0 R"}
    assert gaps(pdfs.pdf(objects)) == {"AF": "malformed"}


@pytest.mark.parametrize("opening", [b"[", b"<<", b"<</A", b"[<</A "])
def test_deep_nesting_is_left(opening: bytes) -> None:
    objects = LABELLED | {4: opening * 200_000}
    with pytest.raises(MalformedError):
        parse(opening * 200_000, 0)
    survives(pdf, pdfs.pdf(objects))


def test_an_array_of_millions_is_left() -> None:
    with pytest.raises(TooMuchError):
        parse(b"[" + b"1 " * 500_000 + b"]", 0)


def test_a_string_without_an_end_is_left() -> None:
    for data in (b"(" * 100_000, b"(\\", b"<41", b"(a\\"):
        with pytest.raises(MalformedError):
            parse(data, 0)
        with pytest.raises(ShortError):
            parse(data, 0, is_all=False)


@pytest.mark.parametrize("size", [b"99999999999999", b"-5", b"0", b"(x)", b"9000000"])
def test_a_size_that_lies_is_not_written_behind(size: bytes) -> None:
    data = pdfs.pdf({n: OBJECTS[n] for n in (1, 2, 3)}, b"/Root 1 0 R").replace(b"/Size 4", b"/Size " + size)
    with pytest.raises(MalformedError):
        written(pdf, data)


def test_a_table_that_claims_millions_is_not_believed() -> None:
    data = pdfs.pdf(LABELLED).replace(b"xref\n0 5\n", b"xref\n0 9999999999\n")
    assert gaps(data) == {"cross-reference": "malformed"}
    assert read(data) == [LABEL.produce_id]


def test_a_table_in_a_hundred_thousand_parts_is_left() -> None:
    data = pdfs.pdf(LABELLED)
    at = len(data)
    table = b"xref\n" + b"0 1\n0000000000 65535 f \n" * 100_000 + b"trailer\n<</Size 5/Root 1 0 R/Info 4 0 R>>\n"
    assert "cross-reference" in gaps(start(data + table, at))


def bomb(size: int) -> bytes:
    return zlib.compress(bytes(size), 9)


def test_a_packet_that_unpacks_without_end_is_a_gap() -> None:
    objects = LABELLED | {
        1: b"<</Type/Catalog/Pages 2 0 R/Metadata 5 0 R>>",
        5: b"<</Type/Metadata/Filter/FlateDecode/Length %d>>\nstream\n%b\nendstream"
        % (len(bomb(40 << 20)), bomb(40 << 20)),
    }
    assert gaps(pdfs.pdf(objects)) == {"XMP": "too large"}
    with pytest.raises(TooMuchError):
        written(pdf, pdfs.pdf(objects))


def test_filters_upon_filters_are_left() -> None:
    header = Dictionary([("Filter", [Name("FlateDecode")] * 50)])
    with pytest.raises(TooMuchError):
        decoded(b"", header)


@pytest.mark.parametrize(
    ("filters", "data"),
    [
        ([Name("ASCIIHexDecode")], b"41 4Z>"),
        ([Name("ASCII85Decode")], b"\xff\xff~>"),
        ([Name("FlateDecode")], b"not packed"),
        ([Name("LZWDecode")], b"x"),
        ([b"FlateDecode"], b"x"),
    ],
)
def test_damaged_streams_are_malformed(filters: list[Value], data: bytes) -> None:
    with pytest.raises(MalformedError):
        decoded(data, Dictionary([("Filter", filters)]))


def png_rows(rows: list[bytes], kinds: list[int]) -> bytes:
    """The rows as PNG filters them, one byte a pixel."""
    out, above = b"", bytes(len(rows[0]))
    for kind, row in zip(kinds, rows, strict=True):
        out += bytes([kind])
        for at, byte in enumerate(row):
            left, up, corner = (row[at - 1], above[at], above[at - 1]) if at else (0, above[at], 0)
            spread = {up + left - corner - one: one for one in (corner, up, left)}
            paeth = min((abs(far), order, one) for far, one in spread.items() for order, other in enumerate((left, up, corner))
                        if other == one)[2]  # fmt: skip
            out += bytes([(byte - (0, left, up, (left + up) // 2, paeth)[kind]) & 0xFF])
        above = row
    return out


@settings(deadline=None)
@given(st.lists(st.tuples(st.binary(min_size=5, max_size=5), st.integers(0, 4)), min_size=1, max_size=6))
def test_predictors_are_undone(rows: list[tuple[bytes, int]]) -> None:
    lines, kinds = [row for row, _ in rows], [kind for _, kind in rows]
    parameters = Dictionary([("Predictor", 15), ("Columns", 5)])
    header = Dictionary([("Filter", Name("FlateDecode")), ("DecodeParms", parameters)])
    assert decoded(zlib.compress(png_rows(lines, kinds)), header) == b"".join(lines)


@pytest.mark.parametrize("parameters", [b"/Columns 0", b"/Columns 99999999", b"/Colors -1", b"/BitsPerComponent(x)"])
def test_predictors_out_of_proportion_are_left(parameters: bytes) -> None:
    header, _ = parse(b"<</Filter/FlateDecode/DecodeParms<</Predictor 12%b>>>>" % parameters, 0)
    assert isinstance(header, Dictionary)
    with pytest.raises(MalformedError):
        decoded(zlib.compress(bytes(100)), header)


@pytest.mark.parametrize("widths", [b"[0 0 0]", b"[1 9 1]", b"[1 2]", b"[1 -1 1]", b"(x)", b"[8 8 8]"])
def test_a_stream_of_cross_references_with_odd_fields(widths: bytes) -> None:
    data = pdfs.pdf(LABELLED, kind="stream").replace(b"/W[1 4 1]", b"/W" + widths)
    assert read(data) == [LABEL.produce_id]
    survives(pdf, data)


def test_an_object_stream_that_holds_itself() -> None:
    data = pdfs.pdf(LABELLED, kind="stream", within={9: b"<<>>"})
    survives(pdf, data.replace(b"/N 1/First", b"/N 99999/First"))
    survives(pdf, data.replace(b"/N 1/First", b"/N -1/First"))


def test_the_whole_file_is_looked_through_when_nothing_leads_to_it() -> None:
    data = pdfs.pdf({n: LABELLED[n] for n in (1, 2, 3)}, kind="stream", within={4: INFO}).replace(
        b"startxref", b"startxxxx"
    )
    assert gaps(data) == {"cross-reference": "malformed"}
    assert read(data) == [LABEL.produce_id]
    assert gaps(b"%PDF-1.4\n" + b"1 0 obj\n<<>>\nendobj\n" * 1000) == {"cross-reference": "malformed"}


def test_what_is_no_pdf_is_malformed() -> None:
    for data in (b"", b"%PDF", b"x" * 5000 + b"%PDF-1.7"):
        with pytest.raises(MalformedError):
            pdf.read(Source.of(data))


SEEDS = {
    "a table": written(pdf, pdfs.pdf()),
    "a stream": written(pdf, pdfs.pdf({n: OBJECTS[n] for n in (1, 2, 3)}, kind="stream", within={4: OBJECTS[4]})),
    "a hybrid": written(pdf, pdfs.pdf({n: OBJECTS[n] for n in (1, 2, 3)}, kind="hybrid", within={4: OBJECTS[4]})),
    "a packet": pdfs.pdf(OBJECTS | {1: b"<</Type/Catalog/Pages 2 0 R/Metadata 5 0 R>>", 5: stream(b"<x/>", b"/Type/Metadata")}),
    "a label in a packet": pdfs.pdf(
        OBJECTS | {1: b"<</Type/Catalog/Pages 2 0 R/Metadata 5 0 R>>",
                   5: stream(b"<a xmlns='http://www.tc260.org.cn/ns/AIGC/1.0/'><AIGC>%b</AIGC></a>" % LABEL.text().encode(),
                             b"/Type/Metadata", packs=True)}
    ),
    "encryption": pdfs.pdf(
        OBJECTS | {5: b"<</Filter/Standard/V 4/R 4/Length 128/P -4/O<%b>/U<%b>/CF<</S<</CFM/AESV2>>>>/StrF/S/StmF/S>>"
                   % (b"41" * 32, b"42" * 32)},
        b"/Root 1 0 R/Info 4 0 R/Encrypt 5 0 R/ID[<41><42>]",
    ),
}  # fmt: skip
every_seed = pytest.mark.parametrize("seed", SEEDS.values(), ids=SEEDS)


@every_seed
def test_every_cut_gives_an_answer(seed: bytes) -> None:
    for size in range(0, len(seed), 5):
        survives(pdf, seed[:size])


@every_seed
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_flipped_bytes_give_an_answer(seed: bytes, data: st.DataObject) -> None:
    changed = bytearray(seed)
    for _ in range(data.draw(st.integers(1, 5))):
        changed[data.draw(st.integers(0, len(seed) - 1))] = data.draw(
            st.integers(0, 255) | st.sampled_from(b"()<>[]/% 0R")
        )
    survives(pdf, bytes(changed))


@every_seed
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_pieces_put_elsewhere_give_an_answer(seed: bytes, data: st.DataObject) -> None:
    begin, size, to = (data.draw(st.integers(0, len(seed))) for _ in range(3))
    survives(pdf, seed[:to] + seed[begin : begin + size] + seed[to:])


@pytest.mark.parametrize("gap", [*range((1 << 20) - 700, (1 << 20) + 40, 7)])
def test_what_lies_on_the_border_of_two_pieces_is_found(gap: int) -> None:
    data = b"%PDF-1.7\n" + b"x" * gap + b"\n4 0 obj\n%b\nendobj\ntrailer\n<</Root 1 0 R/Info 4 0 R>>\n" % INFO
    assert read(data) == [LABEL.produce_id]
