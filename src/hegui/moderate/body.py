"""Screen whole bodies of the OpenAI protocol: a prompt before it is forwarded, an answer that is not streamed.

Knows where a finding leaves a body; knows no sockets. A whole answer is judged as its stream would be: each text runs
through a screen of its own, and a choice that a finding ends holds what the stream would have let go.
Rules: Interim Measures Art. 4, 9 and 14.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hegui.detect.detectors import Detectors
from hegui.detect.personal.masking import Placeholders
from hegui.detect.screen import is_clean
from hegui.moderate.fields import Leaf, joined_key, leaves
from hegui.moderate.notice import Notice
from hegui.moderate.policy import Action, Policy, Ruling, ends_answer, strongest
from hegui.moderate.replacing import Span, placeholder_spans, replaced
from hegui.moderate.stream import screen_text
from hegui.moderate.texts import Piece, Tally, Texts

__all__ = ["ScreenedPrompt", "UnreadablePromptError", "screen_answer", "screen_prompt"]


class UnreadablePromptError(ValueError):
    """The prompt holds something that cannot be screened; names the member."""


@dataclass(frozen=True, slots=True)
class ScreenedPrompt:
    """A prompt after the screen; what was masked is masked in the value itself.

    Attributes:
        characters: how many were screened, count.
        decision: the strongest action.
        rulings: with the path of each field.
    """

    characters: int
    decision: Action
    rulings: tuple[tuple[str, Ruling], ...]


def screen_prompt(
    detectors: Detectors, policy: Policy, value: dict[str, Any], placeholders: Placeholders | None = None
) -> ScreenedPrompt:
    """Screen every text of a request, the parts of one message as one text; mask in place where the policy says so.

    Args:
        placeholders: of this exchange, where what the policy masks gets one; without them it is masked for good.
    Raises:
        UnreadablePromptError: the prompt is given as token numbers, which nobody can read.
        TooDeepError: nested beyond the limit.
    """
    for name in ("prompt", "input"):
        given = value.get(name)
        if type(given) is list and given and all(isinstance(item, int | list) for item in given):
            raise UnreadablePromptError(name)
    characters: int = 0
    rulings: list[tuple[str, Ruling]] = []
    may_be_clean = not policy.sought["prompt"]
    for parts in _joined(leaves(value)):
        text = parts[0].text if len(parts) == 1 else "".join([leaf.text for leaf in parts])
        characters += len(text)
        if not (may_be_clean and is_clean(detectors.lexicon, text)):
            rulings += _screen_parts(detectors, policy, parts, text, placeholders)
    return ScreenedPrompt(characters, strongest([r.action for _, r in rulings]), tuple(rulings))


def _joined(found: list[Leaf]) -> Iterator[list[Leaf]]:
    """Texts that a reader joins, together: the parts of one message, wherever in it they stand."""
    together: dict[str, list[Leaf]] = {}
    for leaf in found:
        if leaf.key is None:
            yield [leaf]
        else:
            together.setdefault(joined_key(leaf.path), []).append(leaf)
    yield from together.values()


def _screen_parts(
    detectors: Detectors, policy: Policy, parts: list[Leaf], text: str, placeholders: Placeholders | None
) -> Iterator[tuple[str, Ruling]]:
    path, is_name = joined_key(parts[0].path), parts[0].key is None
    screen, released = screen_text(detectors, policy, text, "prompt")
    masked = []
    for ruling in screen.rulings:
        if ruling.action in ("redact", "mask") and is_name:
            ruling = Ruling(ruling.finding, "refuse", ruling.review)  # a member's name cannot be masked
        elif ruling.action == "mask":
            masked.append(ruling.finding)
        yield path, ruling
    if screen.ended is None and not is_name:
        spans = sorted(placeholder_spans(text, masked, placeholders))
        if spans or released != text:
            _write_back(parts, released, spans)


def _write_back(parts: list[Leaf], text: str, spans: Sequence[Span]) -> None:
    """Put the text where it stood; a span of it, whichever parts it crosses, becomes what stands for it where it begins."""
    at = 0
    for leaf in parts:
        end = at + len(leaf.text)
        leaf.container[leaf.key] = replaced(text, spans, at, end)
        at = end


def screen_answer(detectors: Detectors, policy: Policy, notice: Notice, value: dict[str, Any]) -> tuple[Tally, bool]:
    """Screen a whole answer in place. Gives back the counts, and whether anything was changed.

    Raises:
        TooDeepError: nested beyond the limit.
        TooManyTextsError: more texts than one answer can have.
    """
    if not policy.sought["answer"] and (clean := _clean_characters(detectors, value)) is not None:
        return Tally(screened=clean, delivered=clean), False
    texts = Texts(detectors, policy)
    pieces = list(texts.pieces(value))
    for piece in pieces:
        texts.screen(piece)
    texts.close(lambda _: True)
    ended = {piece.text.choice for piece in pieces if piece.text.screen.ended is not None}
    first_ended = {p.text.choice: i for i, p in reversed(list(enumerate(pieces))) if p.text.screen.ended is not None}
    changed = False
    for number, piece in enumerate(pieces):
        text, size = piece.text, len(piece.source)
        out, text.out = text.out[:size], text.out[size:]
        # A stream would not have come this far.
        is_late = number > first_ended.get(text.choice, len(pieces)) or piece.probable
        if text.choice in ended and text.screen.ended is None and is_late:
            texts.tally.withheld += len(out)
            out = ""
        else:
            texts.tally.delivered += len(out)
        if out != piece.source:
            changed = True
            _put(piece, out)
    texts.tally.withheld += sum({id(p.text): p.text.drop() for p in pieces}.values())
    for choice in value.get("choices") or ():
        index = choice.get("index", 0)
        if changed and choice.get("logprobs"):
            choice["logprobs"] = None
        if index in ended or None in ended:
            changed = True
            _end_choice(choice, index, texts.tally, notice)
    if None in ended:
        value["hegui"] = notice.reason("answer", texts.tally.decision, [r for _, r in texts.tally.rulings])
        changed = True
    return texts.tally, changed


def _put(piece: Piece, out: str) -> None:
    """What is left of a piece, where it stood; a member whose name may not go goes as a whole."""
    if piece.container is None:
        return
    if piece.key is None:
        piece.container.pop(piece.source, None)
    elif type(piece.container) is list or piece.key in piece.container:
        piece.container[piece.key] = out


def _clean_characters(detectors: Detectors, value: dict[str, Any]) -> int | None:
    """Characters of an answer in which every text stands alone and none has a finding; None when it is not so simple."""
    characters = 0
    paths = set()
    if any(choice.get("logprobs") for choice in value.get("choices") or ()):
        return None  # their bytes are text too
    for path, _, _, text in leaves(value):
        if path in paths or "content[" in path or "{" in path:
            return None  # there texts of several places are read as one
        paths.add(path)
        if not is_clean(detectors.lexicon, text):
            return None
        characters += len(text)
    return characters


def _end_choice(choice: dict[str, Any], index: int, tally: Tally, notice: Notice) -> None:
    rulings = [r for path, r in tally.rulings if path.startswith(f"choices[{index}]") or "choices[" not in path]
    action = strongest(ruling.action for ruling in rulings if ends_answer(ruling.action))
    holder, key = (choice["message"], "content") if choice.get("message") is not None else (choice, "text")
    there = holder.get(key)
    said = there if isinstance(there, str) else ""
    if action == "safe_reply":
        holder[key] = said + notice.safe_reply
    elif action == "refuse" and key == "content":
        holder["refusal"] = notice.refusal
    elif action == "refuse":
        holder[key] = said + notice.refusal
    holder.pop("tool_calls", None)
    holder.pop("function_call", None)
    choice["finish_reason"] = "content_filter"
    choice["hegui"] = notice.reason("answer", action, rulings)
