"""The parts of a request as the vault keeps them: the prompt, and what was attached to it apart.

Knows which requests are worth a second look; where attachments stand is known in `vault.attachments`.
"""

from __future__ import annotations

from hegui.moderate.wire import decode_json
from hegui.vault.attachments import set_apart, write_list
from hegui.vault.parts import ATTACHMENT_LIST, PROMPT

__all__ = ["prompt_parts"]


def prompt_parts(body: bytes) -> dict[str, bytes]:
    """Part → content, the prompt first; what is no JSON is kept as it came."""
    if b"data" not in body:  # no data URL, no file_data, no sound
        return {PROMPT: body}
    try:
        value = decode_json(body)
    except ValueError:
        return {PROMPT: body}
    apart = set_apart(body, value)
    if not apart.attachments:
        return {PROMPT: body}
    return {PROMPT: apart.prompt, ATTACHMENT_LIST: write_list(apart.attachments), **apart.contents}
