"""What is known of one request on its way, and the record that is made of it.

Knows the facts of a record; knows no HTTP and no order of steps. No text of prompt or answer is kept here, only where
something was found in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hegui.moderate.fields import known_path
from hegui.moderate.policy import Action, Direction, Ruling, strongest
from hegui.moderate.texts import Tally
from hegui.usecases.ports import ApiKey, Delivery, Exchange, FindingRecord, Recordable, TokenUsage
from hegui.vault.parts import cut_mark

__all__ = ["Account"]

MOST_FINDINGS = 200
"""Findings kept of one exchange, count; a flood of them proves no more than its beginning."""

LONGEST_NAME = 200
"""Characters kept of a name that the client or the upstream chose."""


MOST_CONTENT = 32 << 20
"""Bytes of content kept of one exchange where the settings say nothing else."""


@dataclass(slots=True)
class Account:
    """The facts so far; see `ports.Exchange` for what each means.

    Attributes:
        key: the key of an admitted request; without one there is nothing to record.
        usage: as the upstream said it.
        most_content: bytes of content kept; a part that was cut has an empty part `<name>-cut` beside it.
    """

    exchange_id: str
    path: str
    started_at: datetime
    key: ApiKey | None = None
    most_content: int = MOST_CONTENT
    user: str | None = None
    model: str = ""
    streamed: bool = False
    status: int = 0
    outcome: str = "rejected"
    error: str | None = None
    first_token_at: datetime | None = None
    prompt_characters: int = 0
    prompt_rulings: tuple[tuple[str, Ruling], ...] = ()
    tally: Tally = field(default_factory=Tally)
    usage: dict[str, Any] | None = None
    upstream_id: str | None = None
    files: str = ""
    unmarked_terms: str = ""
    _content: dict[str, list[bytes]] | None = None
    _content_size: int = 0

    def keep(self, part: str, data: bytes) -> None:
        """Keep more of a part of the content; beyond `most_content` bytes of all, no more of it, and the part says so."""
        if self._content is None:
            self._content = {}
        room = self.most_content - self._content_size
        self._content.setdefault(part, []).append(data[:room])
        self._content_size += min(len(data), room)
        if len(data) > room:
            self._content.setdefault(cut_mark(part), [])

    def delivery(self, exchange: Exchange) -> Recordable:
        """The record with its content, where any is kept."""
        if self._content is None:
            return exchange
        return Delivery(exchange, {part: b"".join(pieces) for part, pieces in self._content.items()})

    def rulings(self) -> list[tuple[Direction, Ruling]]:
        """What was found so far and what followed, with its direction."""
        asked: list[tuple[Direction, Ruling]] = [("prompt", ruling) for _, ruling in self.prompt_rulings]
        return [*asked, *(("answer", ruling) for _, ruling in self.tally.rulings)]

    def record(self, *, policy: str, lexicon: str, models: str, finished_at: datetime) -> Exchange:
        """The record of an admitted request."""
        assert self.key is not None
        tally = self.tally
        decision: Action = "allow"
        findings: tuple[FindingRecord, ...] = ()
        needs_review = False
        if self.prompt_rulings or tally.rulings:
            rulings = [*(("prompt", *r) for r in self.prompt_rulings), *(("answer", *r) for r in tally.rulings)]
            decision = strongest([ruling.action for _, _, ruling in rulings])
            needs_review = any(ruling.review for _, _, ruling in rulings)
            findings = tuple([_finding(*found) for found in rulings[:MOST_FINDINGS]])
        return Exchange(
            id=self.exchange_id,
            application_id=self.key.application_id,
            key_id=self.key.id,
            user=self.user,
            endpoint=self.path,
            model=_storable(self.model),
            streamed=self.streamed,
            started_at=self.started_at,
            first_token_at=self.first_token_at,
            finished_at=finished_at,
            status=self.status,
            outcome=self.outcome,
            decision=decision,
            policy=policy,
            lexicon=lexicon,
            prompt_characters=self.prompt_characters,
            screened_characters=tally.screened,
            delivered_characters=tally.delivered,
            withheld_characters=tally.screened - tally.delivered,
            withheld_events=tally.withheld_events,
            usage=_usage(self.usage) if self.usage else None,
            upstream_id=_storable(self.upstream_id) if self.upstream_id else None,
            error=self.error,
            findings=findings,
            models=models,
            needs_review=needs_review,
            files=self.files,
            unmarked_terms=self.unmarked_terms,
        )


def _usage(said: dict[str, Any]) -> TokenUsage:
    """What the upstream said it used, under the names of either interface; 0 for what is no whole number."""
    prompt = said.get("prompt_tokens", said.get("input_tokens"))
    completion = said.get("completion_tokens", said.get("output_tokens"))
    total = said.get("total_tokens")
    return TokenUsage(_count(prompt), _count(completion), _count(total))


def _count(said: Any) -> int:
    """A whole number that every reader of JSON takes; 0 for anything else."""
    return said if type(said) is int and 0 <= said < 1 << 53 else 0


def _storable(name: str) -> str:
    """A name that the client or the upstream chose, as every database takes it: no half characters and no NUL."""
    return name[:LONGEST_NAME].encode(errors="replace").decode().replace("\0", "\ufffd")


def _finding(direction: str, path: str, ruling: Ruling) -> FindingRecord:
    found = ruling.finding
    return FindingRecord(
        direction,
        known_path(path)[:LONGEST_NAME],
        found.start,
        found.end,
        found.term_id,
        found.risk,
        found.severity,
        found.grade,
        ruling.action,
    )
