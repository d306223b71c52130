"""Show what is kept of an exchange: which parts there are, each part, and the request as it came.

Knows names of parts; knows no output. Changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from hegui.usecases.keep_content import read_content
from hegui.usecases.ports import Exchange
from hegui.usecases.retention_ports import Contents
from hegui.usecases.vault_ports import Vault
from hegui.vault.attachments import Attachment, put_back, read_list
from hegui.vault.faults import KeyErased
from hegui.vault.parts import ATTACHMENT_LIST, PROMPT, cut_mark, is_cut_mark

__all__ = ["ContentPart", "list_content", "read_request"]


@dataclass(frozen=True, slots=True)
class ContentPart:
    """One part that is kept.

    Attributes:
        size: bytes; sha256: of the content, hexadecimal.
        is_cut: whether more of it came than is kept.
        media_type, path: of an attachment, what it is and where it stood in the request, as the client said.
    """

    part: str
    kind: str
    size: int
    sha256: str
    is_cut: bool
    media_type: str | None = None
    path: str | None = None


def list_content(vault: Vault, contents: Contents, exchange: Exchange) -> Sequence[ContentPart]:
    """The parts that are kept of an exchange, in the order in which they came.

    Raises VaultDamage VLT003 to VLT005 and VLT022, what is stored is not what was kept; VaultError VLT006. A part that is
    gone is left out.
    """
    lines = contents.of(exchange.id)
    names = {one.part for one in lines}
    attachments = _attachments(vault, exchange, names)
    found = []
    for one in lines:
        if is_cut_mark(one.part):
            continue
        try:
            content = read_content(vault, exchange.user, exchange.id, one.part).content
        except KeyErased:
            continue
        about = attachments.get(one.part)
        told = (None, None) if about is None else (about.media_type, about.path)
        digest = sha256(content).hexdigest()
        found.append(ContentPart(one.part, one.kind, len(content), digest, cut_mark(one.part) in names, *told))
    return found


def read_request(vault: Vault, contents: Contents, exchange: Exchange) -> bytes:
    """The request as it came, attachments in their places.

    Raises as `read_content`; VaultDamage VLT022 where one of them was cut.
    """
    names = {one.part for one in contents.of(exchange.id)}
    attachments = _attachments(vault, exchange, names)
    parts = (PROMPT, *attachments)
    read = {part: read_content(vault, exchange.user, exchange.id, part).content for part in parts}
    return put_back(read.pop(PROMPT), tuple(attachments.values()), read)


def _attachments(vault: Vault, exchange: Exchange, names: set[str]) -> dict[str, Attachment]:
    if ATTACHMENT_LIST not in names or cut_mark(ATTACHMENT_LIST) in names:
        return {}
    try:
        listed = read_content(vault, exchange.user, exchange.id, ATTACHMENT_LIST).content
    except KeyErased:
        return {}
    return {one.part: one for one in read_list(listed)}
