"""Replay recorded exchanges whose content the vault keeps.

Knows where the content of an exchange is and what of it cannot be replayed; changes nothing. What is kept of an answer is
what was delivered: what was withheld or masked has left no trace, so nobody learns here that it would be released.
Rules: none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from hegui.errors import FileFaults
from hegui.moderate.comparison import reaches_model
from hegui.usecases.exchange_content import read_request
from hegui.usecases.keep_content import read_content
from hegui.usecases.policy_replay import NotReplayed, Pair, Replay
from hegui.usecases.ports import Applications, Exchange, ExchangeFilter, Exchanges
from hegui.usecases.replay_material import AnswerBytes, PromptBytes, kind_of_endpoint
from hegui.usecases.retention_ports import Contents
from hegui.usecases.vault_ports import Vault
from hegui.vault.faults import KeyErased, VaultDamage
from hegui.vault.parts import ANSWER, PROMPT, cut_mark

__all__ = ["replay_recorded", "span_of"]


def span_of(
    applications: Applications, since: datetime | None, until: datetime | None, name: str | None
) -> ExchangeFilter:
    """What to walk over. Raises FileFaults EXC002: the span ends before it begins; NotFoundError APP002."""
    if since and until and since >= until:
        faults = [("until", "is not after since")]
        raise FileFaults("EXC002", "policy replay", faults, "Ask again with these mended.")
    wanted = ExchangeFilter(since=since, until=until)
    return wanted if name is None else replace(wanted, application=applications.named(name).id)


def replay_recorded(
    replay: Replay,
    exchanges: Exchanges,
    contents: Contents,
    vault: Vault,
    wanted: ExchangeFilter,
    pair_of: Callable[[Exchange], Pair],
    *,
    limit: int | None = None,
    told: Callable[[int], None],
) -> int:
    """Replay the exchanges that match, oldest first, at most `limit` of them; how many were looked at.

    Raises VaultError VLT006: the master key of what is kept is not at hand; InternalError STO004, VLT016.
    """
    if limit == 0:
        return 0
    number = 0
    for number, one in enumerate(exchanges.walk(wanted), 1):
        _Exchange(replay, contents, vault, one.exchange).replay(pair_of(one.exchange))
        told(number)
        if number == limit:
            break
    return number


class _Exchange:
    """One exchange on its way through a replay."""

    def __init__(self, replay: Replay, contents: Contents, vault: Vault, exchange: Exchange) -> None:
        self._replay, self._contents, self._vault, self._exchange = replay, contents, vault, exchange
        self._parts = {one.part for one in contents.of(exchange.id)}

    def replay(self, pair: Pair) -> None:
        prompt = self._prompt()
        difference = None
        if isinstance(prompt, bytes):
            material = PromptBytes(prompt, is_spoken=self._exchange.endpoint != "/v1/embeddings")
            difference = self._replay.take(self._exchange.id, material, pair)
        else:
            self._replay.pass_over("prompt", prompt)
        if not self._exchange.screened_characters:  # our own words: an error, help, or a refusal
            self._replay.pass_over("answer", "own_words")
            return
        if difference is not None and not (reaches_model(difference.before) and reaches_model(difference.after)):
            self._replay.pass_over("answer", "prompt_ends")
            return
        answer = self._answer()
        if isinstance(answer, AnswerBytes):
            if self._replay.take(self._exchange.id, answer, pair) is not None:
                self._note_limits()
        else:
            self._replay.pass_over("answer", answer)

    def _prompt(self) -> bytes | NotReplayed:
        if cut_mark(PROMPT) in self._parts:
            return "cut"
        try:
            return read_request(self._vault, self._contents, self._exchange)
        except (KeyErased, VaultDamage):  # of an attachment, perhaps, which goes before the prompt does
            pass
        prompt = self._read(PROMPT)
        if isinstance(prompt, bytes):
            self._replay.notes["without_attachments"] += 1
        return prompt

    def _answer(self) -> AnswerBytes | NotReplayed:
        is_cut = cut_mark(ANSWER) in self._parts
        data = self._read(ANSWER)
        if not isinstance(data, bytes):
            return data
        if is_cut and data.lstrip()[:1] in (b"{", b""):
            return "cut"
        self._replay.notes["answers_in_part"] += is_cut
        return AnswerBytes(data, kind_of_endpoint(self._exchange.endpoint))

    def _read(self, part: str) -> bytes | NotReplayed:
        try:
            return read_content(self._vault, self._exchange.user, self._exchange.id, part).content
        except KeyErased:
            return "not_kept"
        except VaultDamage:
            return "damaged"

    def _note_limits(self) -> None:
        exchange, notes = self._exchange, self._replay.notes
        if exchange.withheld_characters or exchange.withheld_events:
            notes["withheld_answers"] += 1
            notes["withheld_characters"] += exchange.withheld_characters
        notes["masked_answers"] += any(
            one.direction == "answer" and one.action == "redact" for one in exchange.findings
        )
