"""Signatures in reserved codes: ours, those that openssl makes in the forms of others, and everything that must not pass."""

from __future__ import annotations

import doctest
import html
import json
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hegui.crypto import sm2, sm2_forms
from hegui.crypto.sm2 import Sm2Error, Sm2PublicKey, from_der, to_der
from hegui.crypto.sm2_forms import read_public, read_signature
from hegui.crypto.sm2_signers import FileSigner
from hegui.kernel.source import Source
from hegui.kernel.splice import Splice, apply, pieces
from hegui.label import security_data, signature_keys, signatures
from hegui.label.aigc import AigcLabel
from hegui.label.checks import check
from hegui.label.faults import LabelError
from hegui.label.security_data import RSA, SM2, label_messages, opaque_form, read_security
from hegui.label.signature_keys import Pins, read_key
from hegui.label.signatures import SideReport, content_hash, signed, verify_security
from hegui.label.spellings import parse
from tests.support import sm2_reference as reference

PRODUCER, SPREADER = "00119144030008867405X210001", "00119144030008867405X220001"
LABEL = AigcLabel.first(PRODUCER, "01JADK3M7Q0000000000000000-0-ABCDEFGHJKMNPQRS")
BYTES = b"the file as it was before it was labelled"
DIGEST = content_hash([BYTES])

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


# --- what openssl gives -----------------------------------------------------------------------------------------------


def run(*arguments: str, stdin: bytes = b"") -> bytes:
    done = subprocess.run(["openssl", *arguments], input=stdin, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@cache
def folder() -> Path:
    return Path(mkdtemp(prefix="hegui-label-keys-"))


def key_file(name: str, algorithm: str = "SM2") -> Path:
    """A private key, made once."""
    file = folder() / f"{name}.pem"
    if file.exists():
        return file
    options = ("-pkeyopt", "rsa_keygen_bits:2048") if algorithm == "RSA" else ()
    file.touch(mode=0o600)
    run("genpkey", "-algorithm", algorithm, *options, "-out", str(file))
    return file


@cache
def spki(name: str, algorithm: str = "SM2") -> bytes:
    return run("pkey", "-in", str(key_file(name, algorithm)), "-pubout", "-outform", "DER")


def point(name: str) -> bytes:
    return spki(name)[-65:]


def even_key() -> str:
    """A key whose y is even, as the form with 00 needs it."""
    return next(name for name in (f"even{number}" for number in range(64)) if point(name)[-1] % 2 == 0)


@cache
def sm2_der(name: str, message: bytes) -> bytes:
    scheme = ("-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678")
    return run("pkeyutl", "-sign", "-inkey", str(key_file(name)), *scheme, stdin=message)


def rsa_signature(name: str, message: bytes) -> bytes:
    return run("dgst", "-sha256", "-sign", str(key_file(name, "RSA")), stdin=message)


def sm3_of(data: bytes) -> bytes:
    return run("dgst", "-sm3", "-binary", stdin=data)


def text_of(label: AigcLabel) -> bytes:
    """The message of the guide, spelt out here a second time."""
    return f'"Label":"{label.attribute}","ContentProducer":"{label.producer}","ProduceID":"{label.produce_id}"'.encode()


def reserved(*entries: dict[str, object], bindings: list[dict[str, object]] | None = None, name: str = "PubSD") -> str:
    data: dict[str, object] = {"Type": "TC260PG", "Version": 1, name: list(entries)}
    if bindings is not None:
        data["Bindings"] = bindings
    return json.dumps({"SecurityData": data}, separators=(",", ":"))


def ds(value: str, tbs: str = "LabelMataData", algorithm: str = SM2, **more: object) -> dict[str, object]:
    return {"Type": "DS", "AlgID": algorithm, "TBSData": {"Type": tbs}, "Signature": value, **more}


def pub(value: str, algorithm: str = SM2, **more: object) -> dict[str, object]:
    return {"Type": "PubKey", "AlgID": algorithm, "KeyValue": value, **more}


def signer(name: str = "ours") -> FileSigner:
    return FileSigner(key_file(name))


# --- ours -------------------------------------------------------------------------------------------------------------


def test_what_we_sign_holds_and_is_trusted_once_the_key_is_pinned() -> None:
    label = signed(LABEL, DIGEST, signer())
    assert replace(label, reserved_1="") == LABEL
    report = verify_security(label, DIGEST)
    assert (report.producer.outcome, report.producer.content) == ("self_consistent", "holds")
    assert report.propagator == SideReport("absent")
    pins = Pins.read({PRODUCER: [spki("ours").hex()]})
    assert verify_security(label, DIGEST, pins).producer.outcome == "trusted"


def test_openssl_accepts_what_we_sign(tmp_path: Path) -> None:
    data = read_security(signed(LABEL, DIGEST, signer()).reserved_1)
    assert data is not None
    (tmp_path / "key.der").write_bytes(spki("ours"))
    scheme = ("-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678", "-keyform", "DER")
    for entry, message in zip(data.signatures, (text_of(LABEL), data.bindings[0].message), strict=True):
        (tmp_path / "signature").write_bytes(to_der(entry.value))
        given_ = ("-pubin", "-inkey", str(tmp_path / "key.der"), "-sigfile", str(tmp_path / "signature"))
        assert b"Verified Successfully" in run("pkeyutl", "-verify", *given_, *scheme, stdin=message)
    assert data.bindings[0].digest == sm3_of(BYTES)


def test_a_label_without_a_content_hash_is_signed_alone() -> None:
    label = signed(LABEL, None, signer())
    assert "Bindings" not in label.reserved_1
    report = verify_security(label, DIGEST).producer
    assert (report.outcome, report.content) == ("self_consistent", "not_bound")


def test_a_signed_label_keeps_to_annex_e() -> None:
    label = signed(LABEL, DIGEST, signer())
    assert check(label, strict=True, first_write=True) == ()


def test_the_whole_flow_over_a_file_that_is_labelled_and_bared() -> None:
    """The hash is over the bytes that the codec gives back, whatever stands around the label."""
    label = signed(LABEL, content_hash(pieces(Source.of(BYTES), ())), signer())
    put = Splice(4, 0, label.text().encode())
    labelled = apply(BYTES, [put])
    bare = [Splice(4, len(put.put), b"")]
    found = parse(labelled[4 : 4 + len(put.put)].decode())
    assert found is not None
    again = content_hash(pieces(Source.of(labelled), bare))
    assert verify_security(found.label, again).producer.content == "holds"


@pytest.mark.parametrize("role", ["producer", "propagator"])
def test_both_sides_sign_their_own_elements(role: security_data.Role) -> None:
    label = signed(LABEL, DIGEST, signer()).propagated(SPREADER, "p-7")
    label = signed(label, DIGEST, signer("platform"), role="propagator")
    report = verify_security(
        label, DIGEST, Pins.read({PRODUCER: [spki("ours").hex()], SPREADER: [spki("platform").hex()]})
    )
    assert (report.producer.outcome, report.propagator.outcome) == ("trusted", "trusted")
    assert report.producer.fingerprint != report.propagator.fingerprint
    assert dict(report.sides)[role].content == "holds"


def test_a_propagator_vouches_for_the_producers_part_too() -> None:
    """Changed behind it, its signature fits no more; since what others sign is not known, that is not called wrong."""
    label = signed(LABEL, DIGEST, signer()).propagated(SPREADER, "p-7")
    label = signed(label, DIGEST, signer("platform"), role="propagator")
    for changed in (replace(label, reserved_1=""), replace(label, propagate_id="p-8")):
        report = verify_security(changed, DIGEST, Pins.read({SPREADER: [spki("platform").hex()]})).propagator
        assert (report.outcome, report.reason) == ("not_checked", "message")


# --- forgeries --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [
        {"attribute": "3"},
        {"producer": "001191110102MAD55U9H0F10002"},
        {"produce_id": "01JADK3M7Q0000000000000000-1-ABCDEFGHJKMNPQRS"},
    ],
    ids=str,
)
def test_a_label_changed_after_signing_fails(changed: dict[str, str]) -> None:
    report = verify_security(replace(signed(LABEL, DIGEST, signer()), **changed), DIGEST).producer
    assert (report.outcome, report.reason) == ("invalid", "label")


def test_a_changed_file_fails() -> None:
    report = verify_security(signed(LABEL, DIGEST, signer()), content_hash([BYTES + b"."])).producer
    assert (report.outcome, report.reason, report.content) == ("invalid", "content", "differs")


def test_a_label_moved_to_another_content_fails_even_with_that_contents_own_binding() -> None:
    """Both signatures are the provider's; the binding says which label it is of."""
    other = replace(LABEL, produce_id="other", propagate_id="other")
    other_digest = content_hash([b"another file"])
    one, two = (json.loads(signed(*pair, signer()).reserved_1) for pair in ((LABEL, DIGEST), (other, other_digest)))
    mixed = {**two["SecurityData"], "PubSD": [one["SecurityData"]["PubSD"][0], *two["SecurityData"]["PubSD"][1:]]}
    report = verify_security(replace(LABEL, reserved_1=json.dumps({"SecurityData": mixed})), other_digest).producer
    assert (report.outcome, report.reason) == ("invalid", "moved")


def test_a_signature_of_another_key_under_the_pinned_name_is_not_trusted() -> None:
    label = signed(LABEL, DIGEST, signer("forger"))
    report = verify_security(label, DIGEST, Pins.read({PRODUCER: [spki("ours").hex()]})).producer
    assert report.outcome == "self_consistent"


def test_the_pinned_key_beside_anothers_signature_does_not_help() -> None:
    forged = json.loads(signed(LABEL, DIGEST, signer("forger")).reserved_1)
    entries = forged["SecurityData"]["PubSD"]
    pinned = pub(point("ours").hex())
    pins = Pins.read({PRODUCER: [spki("ours").hex()]})
    for changed in ([*entries[:2], pinned], [*entries, pinned], [pinned, *entries]):
        forged["SecurityData"]["PubSD"] = changed
        report = verify_security(replace(LABEL, reserved_1=json.dumps(forged)), DIGEST, pins).producer
        assert report.outcome in ("invalid", "self_consistent")


def test_a_binding_that_another_key_signed_binds_nothing() -> None:
    ours = json.loads(signed(LABEL, None, signer()).reserved_1)["SecurityData"]
    theirs = json.loads(signed(LABEL, content_hash([b"forged"]), signer("forger")).reserved_1)["SecurityData"]
    both = {**ours, "PubSD": [*ours["PubSD"], theirs["PubSD"][1], theirs["PubSD"][2]], "Bindings": theirs["Bindings"]}
    report = verify_security(
        replace(LABEL, reserved_1=json.dumps({"SecurityData": both})), content_hash([b"forged"])
    ).producer
    assert report.content == "not_bound"


def test_a_binding_changed_after_signing_fails() -> None:
    data = json.loads(signed(LABEL, DIGEST, signer()).reserved_1)
    data["SecurityData"]["Bindings"][0]["HashValue"] = content_hash([b"forged"]).hex()
    report = verify_security(replace(LABEL, reserved_1=json.dumps(data)), content_hash([b"forged"])).producer
    assert (report.outcome, report.reason, report.content) == ("invalid", "binding", "not_checked")


def test_one_wrong_signature_spoils_a_right_one() -> None:
    right, wrong = sm2_der("ours", text_of(LABEL)).hex(), sm2_der("ours", b"another message").hex()
    for order in ((right, wrong), (wrong, right)):
        text = reserved(*(ds(value) for value in order), pub(point("ours").hex()))
        assert verify_security(replace(LABEL, reserved_1=text)).producer.outcome == "invalid"


# --- the forms of others ----------------------------------------------------------------------------------------------

SIGNATURE_FORMS: dict[str, Callable[[bytes], str]] = {
    "DER in hexadecimal": lambda der: der.hex().upper(),
    "r and s in hexadecimal": lambda der: (from_der(der) or b"").hex(),
    "DER in Base64": lambda der: b64encode(der).decode(),
}
KEY_FORMS: dict[str, Callable[[str], str]] = {
    "00 and x, y even": lambda name: "00" + point(name)[1:33].hex(),
    "x alone, y even": lambda name: point(name)[1:33].hex(),
    "04, x and y": lambda name: point(name).hex().upper(),
    "x and y": lambda name: point(name)[1:].hex(),
    "02 and x": lambda name: "02" + point(name)[1:33].hex(),
    "SubjectPublicKeyInfo": lambda name: spki(name).hex().upper(),
    "SubjectPublicKeyInfo in Base64": lambda name: b64encode(spki(name)).decode(),
    "SubjectPublicKeyInfo with half a point": lambda name: run(
        "ec", "-in", str(key_file(name)), "-pubout", "-conv_form", "compressed", "-outform", "DER"
    ).hex(),
}


@pytest.mark.parametrize(
    ("signature", "key"),
    [
        *((signature, "04, x and y") for signature in SIGNATURE_FORMS),
        *(("DER in hexadecimal", key) for key in KEY_FORMS),
    ],
)
def test_signatures_and_keys_are_read_in_every_form(signature: str, key: str) -> None:
    name = even_key()
    text = reserved(ds(SIGNATURE_FORMS[signature](sm2_der(name, text_of(LABEL)))), pub(KEY_FORMS[key](name)))
    pins = Pins.read({PRODUCER: [spki(name).hex()]})
    assert verify_security(replace(LABEL, reserved_1=text), pins=pins).producer.outcome == "trusted"


@pytest.mark.parametrize(("name", "tbs"), [("PubSD", "Md"), ("PubSd", "LabelMataData")])
def test_the_spellings_of_the_object_are_read(name: str, tbs: str) -> None:
    text = reserved(ds(sm2_der("ours", text_of(LABEL)).hex(), tbs), pub(point("ours").hex()), name=name)
    assert verify_security(replace(LABEL, reserved_1=text)).producer.outcome == "self_consistent"


def test_a_producer_that_signs_the_hash_of_the_text_is_read() -> None:
    value = sm2_der("ours", sm3_of(text_of(LABEL))).hex()
    label = replace(LABEL, reserved_1=reserved(ds(value), pub(point("ours").hex())))
    assert verify_security(label).producer.outcome == "self_consistent"
    assert verify_security(replace(label, produce_id="8")).producer.outcome == "invalid"


PUBLISHED_KEY = (
    "3059301306072A8648CE3D020106082A811CCF5501822D03420004"
    "5728F08C58D9C72150A705693EF7337859F8FF216E802630041AFAE5C036F0A6"
    "7CB1FDF8C57F5F8B623284AE09E4E545464B7140B26BBDA51BAE965F854C57AA"
)
PUBLISHED = {
    "142569260085903360": (
        "3046022100AE6B84B3342128AE301A597596FCD9EECF3EA0FC2DB6C250BAF234E167298E90"
        "02210097223ABB647B786A90D0A1B93CB9382EA879563B2C7F025FA006BE16AE926C14"
    ),
    "147392816552226816": (
        "3045022100E816A5872275AE5414E7E0FD3D9B2C30F7B7FD68609D6486A38DF7CFAA1417B9"
        "02201A510FBBE50819BAFF1FCC7B8527FF23CD40447D41A6776E6BCF1F773AE0DBBC"
    ),
}
"""Signatures of two labels that a public service put into its Markdown in 2025, by number; the key stands in both."""


@pytest.mark.parametrize(("number", "value"), PUBLISHED.items())
def test_signatures_of_published_labels_hold(number: str, value: str) -> None:
    label = AigcLabel.first("001191310104MACE0YX63918020", number, reserved=reserved(ds(value), pub(PUBLISHED_KEY)))
    assert verify_security(label).producer.outcome == "self_consistent"
    assert verify_security(replace(label, produce_id=number[:-1])).producer.outcome == "invalid"


def wild_binding(digest: bytes) -> dict[str, object]:
    """As one producer writes it: no rule says what the hash is over."""
    return {"Type": "Hash", "BType": 0, "AlgID": "1.2.156.10197.1.401", "Value": digest.hex()}


def test_a_binding_in_the_form_of_others_is_compared() -> None:
    entry = wild_binding(DIGEST)
    compact = json.dumps(entry, separators=(",", ":")).encode()
    text = reserved(
        ds(sm2_der("ours", text_of(LABEL)).hex()),
        ds(sm2_der("ours", compact).hex(), "Binding"),
        pub(point("ours").hex()),
        bindings=[entry],
    )
    label = replace(LABEL, reserved_1=text)
    assert verify_security(label, DIGEST).producer.content == "holds"
    assert verify_security(label).producer.content == "not_checked"
    other = verify_security(label, content_hash([b"x"])).producer
    assert (other.outcome, other.content) == ("self_consistent", "differs")


def test_keys_are_chosen_by_their_number() -> None:
    value = sm2_der("ours", text_of(LABEL)).hex()
    keys = [pub(point("forger").hex(), KeyID=1), pub(point("ours").hex(), KeyID="2")]
    right = reserved(ds(value, KeyID=2), *keys)
    wrong = reserved(ds(value, KeyID=1), *keys)
    assert verify_security(replace(LABEL, reserved_1=right)).producer.outcome == "self_consistent"
    assert verify_security(replace(LABEL, reserved_1=wrong)).producer.outcome == "invalid"


def test_rsa_is_checked() -> None:
    value = rsa_signature("rsa", text_of(LABEL)).hex()
    text = reserved(ds(value, "Md", RSA), pub(spki("rsa", "RSA").hex(), RSA), name="PubSd")
    label = replace(LABEL, reserved_1=text)
    report = verify_security(
        label, pins=Pins.read({PRODUCER: [run("pkey", "-in", str(key_file("rsa", "RSA")), "-pubout").decode()]})
    )
    assert (report.producer.outcome, report.producer.algorithm) == ("trusted", RSA)
    assert verify_security(replace(label, produce_id="8")).producer.outcome == "invalid"


def test_a_reserved_code_that_is_an_object_is_read_through_the_label() -> None:
    """One producer nests the object instead of its text."""
    keys = replace(LABEL, reserved_1="").keys()
    nested = json.loads(reserved(ds(sm2_der("ours", text_of(LABEL)).hex()), pub(point("ours").hex()), name="PubSd"))
    found = parse(json.dumps({**keys, "ReservedCode1": nested}))
    assert found is not None
    assert "value.not_text" in {finding.kind for finding in found.findings}
    assert verify_security(found.label).producer.outcome == "self_consistent"


OPAQUE = {
    "": ("absent", ""),
    "  ": ("absent", ""),
    "6f9d1f0e-1111-4222-8333-444455556666": ("opaque", "uuid"),
    "0123456789abcdef0123456789abcdef": ("opaque", "hexadecimal"),
    "S7Wr/Evf+Mq+T3SWymUoO7naAs0WPNLrahOqG9WzR+o=": ("opaque", "base64"),
    "L-abc.def": ("opaque", "text"),
    "签名": ("opaque", "text"),
    '{"Signature":"x"}': ("opaque", "object"),
    '{"SecurityData":{"Type":"OTHER","Version":1}}': ("opaque", "object"),
    '{"SecurityData":7}': ("opaque", "object"),
    "[1,2]": ("opaque", "object"),
}


@pytest.mark.parametrize(("text", "wanted"), OPAQUE.items())
def test_what_is_no_such_object_is_a_form_of_the_providers_own(text: str, wanted: tuple[str, str]) -> None:
    report = verify_security(replace(LABEL, reserved_1=text, reserved_2=text))
    for side in (report.producer, report.propagator):
        assert (side.outcome, side.form) == wanted
    assert not text.strip() or opaque_form(text) == wanted[1]


UNCHECKED = {
    "no entries": (reserved(), "no_signature"),
    "a key alone": (reserved(pub("00")), "no_signature"),
    "another algorithm": (reserved(ds("00", algorithm="1.2.840.10045.4.3.2"), pub("00")), "algorithm"),
    "a selection that is not known": (reserved(ds("00", "Ct"), pub("00")), "no_signature"),
    "no key": (reserved(ds("00")), "no_key"),
    "a key that is none": (reserved(ds("00"), pub("zz")), "no_key"),
    "a point off the curve": (reserved(ds("00"), pub("04" + "11" * 64)), "no_key"),
    "entries that are no objects": ('{"SecurityData":{"Type":"TC260PG","PubSD":[1,"x",null,[]],"Bindings":7}}', "no_signature"),
    "too many": (
        reserved(*(ds("11" * 64) for _ in range(40)), *(pub(f"{number:064x}") for number in range(400)), name="PubSd"), "too_many"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "reason"), UNCHECKED.values(), ids=UNCHECKED)
def test_what_was_not_checked_has_its_reason(text: str, reason: str) -> None:
    report = verify_security(replace(LABEL, reserved_1=text)).producer
    assert (report.outcome, report.reason) == ("not_checked", reason)


def test_without_openssl_nothing_is_called_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    label = signed(LABEL, DIGEST, signer())
    monkeypatch.setenv("PATH", "/nonexistent")
    report = verify_security(label, DIGEST).producer
    assert (report.outcome, report.reason) == ("not_checked", "program")


# --- JSON in JSON, and what stands around it --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", ['a"b', "a&b", "a<b>c", "a\\b", "a&quot;b", "]]>", "--", "'", "中文", "a/b", "\u2028"]
)
def test_a_signed_label_survives_every_escaping(value: str) -> None:
    """The reserved code is JSON in a text of JSON, and that stands in XML, YAML or the print of a mapping."""
    label = signed(AigcLabel.first(PRODUCER, value), DIGEST, signer())
    assert verify_security(label, DIGEST).producer.content == "holds"
    xml = html.unescape(html.escape(label.text()))
    for text in (label.text(), label.wrapped(), xml, repr(label.keys()), json.dumps(label.text())):
        found = parse(text)
        assert found is not None
        assert found.label == label
    left = parse(html.escape(label.text()))
    assert left is not None
    assert left.label == label or "&" in value


def test_the_text_of_a_signature_escapes_as_json_does() -> None:
    assert (
        label_messages(AigcLabel.first('a"b', "c\\d&<"), "producer")[0]
        == b'"Label":"1","ContentProducer":"a\\"b","ProduceID":"c\\\\d&<"'
    )


# --- keys -------------------------------------------------------------------------------------------------------------


@settings(max_examples=50)
@given(st.integers(1, 2**64))
def test_half_a_point_gives_the_whole(secret: int) -> None:
    whole = reference.public_of(secret)
    half = bytes([2 + whole[-1] % 2]) + whole[1:33]
    assert read_public(half).point == whole
    other = read_public(bytes([half[0] ^ 1]) + half[1:]).point
    assert other[:33] == whole[:33]
    assert other != whole


@given(st.one_of(st.binary(max_size=100), st.binary(min_size=33, max_size=33), st.binary(min_size=32, max_size=32)))
def test_any_bytes_are_a_point_of_the_curve_or_refused(data: bytes) -> None:
    with suppress(Sm2Error):
        assert isinstance(read_public(data), Sm2PublicKey)
    read_signature(data)


def test_pins_are_for_a_name_a_code_or_a_whole_provider() -> None:
    key = read_key(SM2, point("ours"))
    assert key is not None
    texts = [run("pkey", "-in", str(key_file("ours")), "-pubout").decode()]
    for name, provider, wanted in (
        (PRODUCER, PRODUCER, True),
        (PRODUCER, SPREADER, False),
        (PRODUCER[4:22], PRODUCER, True),
        (PRODUCER[4:22], SPREADER, True),
        (PRODUCER[4:22], "001191110102MAD55U9H0F10002", False),
        ("MiniMax", "MiniMax", True),
        ("MiniMax", "minimax", False),
    ):
        assert Pins.read({name: texts}).has(provider, key) is wanted


def test_a_pin_that_is_no_key_is_refused() -> None:
    weak = run("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024")
    weak_public = run("pkey", "-pubout", stdin=weak).decode()
    for text in ("", "xyz", "00" * 65, "04" * 65, weak_public):
        with pytest.raises(LabelError) as caught:
            Pins.read({"P": [text]})
        assert caught.value.code == "LBL093"


# --- hostile ----------------------------------------------------------------------------------------------------------

names = st.sampled_from(
    ["Type", "AlgID", "TBSData", "Signature", "KeyValue", "KeyID", "PubSD", "Bindings", "Rule", "ProduceID"]
)
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=4)),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(st.one_of(json_values, st.lists(json_values, max_size=4)), json_values)
def test_any_object_gets_an_answer(entries: object, bindings: object) -> None:
    text = json.dumps({"SecurityData": {"Type": "TC260PG", "Version": 1, "PubSD": entries, "Bindings": bindings}})
    verify_security(replace(LABEL, reserved_1=text, reserved_2=text), DIGEST)


@given(st.text(max_size=200))
def test_any_text_gets_an_answer(text: str) -> None:
    report = verify_security(replace(LABEL, reserved_1=text), DIGEST).producer
    assert report.outcome in ("absent", "opaque")


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_signed_code_with_a_piece_changed_is_never_trusted_for_another_label(data: st.DataObject) -> None:
    text = ours_once()
    at = data.draw(st.integers(0, len(text) - 1))
    sign = data.draw(st.sampled_from('0123456789abcdef"{}[],:'))
    changed = text[:at] + sign + text[at + 1 :]
    label = replace(LABEL, produce_id="forged", propagate_id="forged", reserved_1=changed)
    report = verify_security(label, DIGEST, Pins.read({PRODUCER: [spki("ours").hex()]})).producer
    assert report.outcome in ("invalid", "not_checked", "opaque")


@cache
def ours_once() -> str:
    return signed(LABEL, DIGEST, signer()).reserved_1


def test_the_examples_of_the_docstrings_hold() -> None:
    for module in (sm2, sm2_forms, security_data, signature_keys, signatures):
        assert not doctest.testmod(module).failed
