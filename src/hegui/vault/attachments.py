"""Take the attachments of a request out of it, so that each can be sealed as a part of its own, and put them back.

Knows where the OpenAI protocol carries bytes inside JSON: data URLs of pictures and films, sound, files. Knows no network:
what a request only points at is not fetched. Works on the request's own bytes: a string is replaced by a reference where it
stands, and everything else stays as it came, so `put_back` gives the request byte for byte. What is spelled in a way we
do not look for stays in the request; it is sealed there all the same.
Rules: RFC 2397 (data URLs), RFC 4648 §4 (base64).
"""

from __future__ import annotations

import binascii
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from hegui.vault.faults import VaultDamage
from hegui.vault.parts import attachment_part

__all__ = ["MOST", "Apart", "Attachment", "put_back", "read_list", "set_apart", "write_list"]

MOST = 100
"""Attachments set apart of one request, count: the ledger's entry has room for that many. Further ones stay in the request."""

MAX_DEPTH = 64
LONGEST_PATH = 200
"""Characters kept of the place of an attachment, its end: names in a request are the client's."""
REMEDY = "Restore the content from a backup."

_URLS = frozenset(["url", "image_url", "video_url", "audio_url", "file_url", "file_data"])
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,60}")
_PLAIN = re.compile(r"[ !#-\[\]-~]+")
"""What JSON spells as itself, ASCII."""
_SPELLINGS = {"plain": ("", ""), "escaped_slash": ("/", r"\/"), "escaped_plus": ("+", r"\u002B")}
"""How writers of JSON spell base64: most as it is, PHP escapes the slash, .NET the plus."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """One attachment, and what puts it back.

    Attributes:
        part: its name among the parts of the record.
        path: where it stood, such as `messages[0].content[1].image_url.url`.
        media_type: as the client said; not verified.
        encoding: `base64` where the content is what the base64 says, `text` where it is the string itself.
        spelling: one of `plain`, `escaped_slash`, `escaped_plus`.
        at: bytes of the kept prompt before the reference.
        size: of the content, bytes.
    """

    part: str
    path: str
    media_type: str | None
    encoding: str
    spelling: str
    at: int
    size: int


@dataclass(frozen=True, slots=True)
class Apart:
    """A request without its attachments, and these by part, in their order."""

    prompt: bytes
    attachments: tuple[Attachment, ...]
    contents: Mapping[str, bytes] = field(repr=False)


def set_apart(body: bytes, value: Any) -> Apart:
    """Take the attachments out of `body`, which `value` was read from."""
    pieces: list[bytes] = []
    found: list[Attachment] = []
    contents: dict[str, bytes] = {}
    copied = kept = tries = 0
    for path, head, text, media_type in _candidates(value, "", 0):
        tries += 1
        if tries > 2 * MOST or len(found) == MOST:
            break
        place = _find(body, copied, head, text)
        if place is None:
            continue
        start, end, spelling = place
        encoding, content = _read(text)
        part = attachment_part(len(found) + 1)
        pieces += [body[copied:start], _reference(part)]
        kept += start - copied
        found.append(Attachment(part, path, media_type, encoding, spelling, kept, len(content)))
        contents[part] = content
        kept += len(pieces[-1])
        copied = end
    return Apart(b"".join([*pieces, body[copied:]]), tuple(found), contents)


def put_back(prompt: bytes, attachments: tuple[Attachment, ...], contents: Mapping[str, bytes]) -> bytes:
    """The request as it came. Raises VaultDamage (VLT022) where list, prompt and contents do not fit together."""
    pieces, copied = [], 0
    for one in attachments:
        reference, content = _reference(one.part), contents.get(one.part)
        end = one.at + len(reference)
        if one.at < copied or prompt[one.at : end] != reference or content is None or len(content) != one.size:
            problem = f"{one.part} does not fit the prompt: one of them was cut, or is that of another record."
            raise VaultDamage("VLT022", "attachments", problem, REMEDY)
        text = b64encode(content) if one.encoding == "base64" else content
        pieces += [prompt[copied : one.at], _spelled(text.decode(), one.spelling)]
        copied = end
    return b"".join([*pieces, prompt[copied:]])


def write_list(attachments: tuple[Attachment, ...]) -> bytes:
    """The list as JSON, UTF-8."""
    return json.dumps([asdict(one) for one in attachments], ensure_ascii=False).encode(errors="replace")


def read_list(data: bytes) -> tuple[Attachment, ...]:
    """What `write_list` wrote. Raises VaultDamage (VLT022)."""
    try:
        found = tuple(Attachment(**one) for one in json.loads(data))
    except (ValueError, TypeError, RecursionError):
        found = None
    if found is None or not all(map(_is_sound, found)):
        raise VaultDamage("VLT022", "attachments", "the list of attachments cannot be read.", REMEDY)
    return found


def _is_sound(one: Attachment) -> bool:
    numbers, texts = (one.at, one.size), (one.part, one.path, one.encoding, one.spelling)
    is_typed = all(type(number) is int for number in numbers) and all(type(text) is str for text in texts)
    return is_typed and (one.media_type is None or type(one.media_type) is str)


def _candidates(value: Any, path: str, depth: int) -> Iterator[tuple[str, str, str, str | None]]:
    """Path, what stands before the data in its string, the data, and the media type, in document order."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, dict):
        for name, member in value.items():
            inner = f"{path}.{name[:LONGEST_PATH]}"[-LONGEST_PATH:] if path else name[:LONGEST_PATH]
            if isinstance(member, str):
                if (split := _split(name, member, value)) is not None:
                    yield inner, *split
            else:
                yield from _candidates(member, inner, depth + 1)
    elif isinstance(value, list):
        for number, member in enumerate(value):
            yield from _candidates(member, f"{path}[{number}]", depth + 1)


def _split(name: str, text: str, beside: Mapping[str, Any]) -> tuple[str, str, str | None] | None:
    if name in _URLS and text[:5].lower() == "data:":
        head, comma, data = text.partition(",")
        said = head[5:].partition(";")[0].lower()
        return (head + comma, data, said if _MEDIA_TYPE.fullmatch(said) else None) if data else None
    if not text or name not in ("file_data", "data"):
        return None
    told = next(
        (beside[one] for one in ("media_type", "mime_type", "format") if isinstance(beside.get(one), str)), None
    )
    if name == "data" and told is None:
        return None
    said = "" if told is None else told.lower() if "/" in told else f"audio/{told.lower()}"
    return "", text, said if _MEDIA_TYPE.fullmatch(said) else None


def _find(body: bytes, begin: int, head: str, text: str) -> tuple[int, int, str] | None:
    """Where the data stand in the body, and in which spelling; only as the whole of a JSON string."""
    if not _PLAIN.fullmatch(head + text):
        return None
    for spelling, (plain, _) in _SPELLINGS.items():
        if plain and plain not in head + text:
            continue
        before, data = b'"' + _spelled(head, spelling), _spelled(text, spelling)
        at = body.find(before + data + b'"', begin)
        if at >= 0:
            return at + len(before), at + len(before) + len(data), spelling
    return None


def _spelled(text: str, spelling: str) -> bytes:
    return text.replace(*_SPELLINGS.get(spelling, ("", ""))).encode() if spelling != "plain" else text.encode()


def _read(text: str) -> tuple[str, bytes]:
    """The encoding and the content: what the base64 says, where writing it again gives the same text."""
    try:
        content = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if content and b64encode(content).decode() == text:
        return "base64", content
    return "text", text.encode()


def _reference(part: str) -> bytes:
    return f"hegui:{part}".encode()
