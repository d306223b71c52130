"""One request through the gateway: admit, screen the prompt, forward, screen the answer, mark it, write it down.

Knows the order of these steps and what each failure means to the client; the steps themselves live elsewhere.
Rule 1: whatever happens after admission, exactly one exchange is recorded. Rule 2: with durability "before_last_byte" the
last bytes of an answer leave only after its record is durable. Rule 3: when the client leaves, or nothing more can go out,
the upstream request is cancelled at once.
Rules of law: Interim Measures Art. 9, 12, 14; the record is what Art. 14 and the log duty of the Cybersecurity Law ask for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from hegui.detect.findings import HARM, PERSONAL
from hegui.detect.personal.masking import Placeholders
from hegui.errors import HeguiError, UpstreamError
from hegui.faces.gateway.account import Account
from hegui.faces.gateway.answer_flow import flow, guarded_flow, settle
from hegui.faces.gateway.asking import asking_user, audience_of, object_of, unmarked_terms_of
from hegui.faces.gateway.content import prompt_parts
from hegui.faces.gateway.downstream import CLIENT_GONE
from hegui.faces.gateway.exchange_guards import ExchangeGuards
from hegui.faces.gateway.file_desk import FileDesk
from hegui.faces.gateway.going_out import GoingOut
from hegui.faces.gateway.http import (
    ApiError,
    Receive,
    Scope,
    Send,
    headers_of,
    read_body,
)
from hegui.faces.gateway.media import SPEECH_TYPES, refuse_unsupported, with_label
from hegui.faces.gateway.runtime import Runtime
from hegui.faces.gateway.upstream import UpstreamPool, UpstreamResponse
from hegui.kernel.sse import EventTooLargeError, SseSplitter
from hegui.label.aigc import AigcLabel
from hegui.locale.errors import HTTP, worded
from hegui.moderate.answer import AnswerStream
from hegui.moderate.body import UnreadablePromptError, WholeAnswer, screen_answer, screen_prompt
from hegui.moderate.canned import CannedAnswer
from hegui.moderate.danger import help_language, screen_for_danger
from hegui.moderate.fields import TooDeepError, is_opaque
from hegui.moderate.marks import AnswerMarks
from hegui.moderate.notice import Notice
from hegui.moderate.policy import Action, Policy, Ruling, strongest
from hegui.moderate.policy_files import built_in_policy
from hegui.moderate.restoring import RestoringAnswer, restore_body
from hegui.moderate.shadow import Shadow
from hegui.moderate.texts import TooManyTextsError
from hegui.moderate.wire import (
    DONE,
    decode_json,
    encode_json,
    has_known_shape,
    has_repeated_names,
    has_sound_members,
)
from hegui.usecases.identifiers import pseudonym
from hegui.usecases.ports import Application, Recordable
from hegui.vault.parts import ANSWER

__all__ = ["KINDS", "GatewayExchange"]

KINDS = {
    "/v1/chat/completions": "chat",
    "/v1/completions": "completion",
    "/v1/responses": "responses",
    "/v1/embeddings": "embeddings",
    "/v1/images/generations": "images",
    "/v1/audio/speech": "speech",
}

LARGE = 1 << 17
"""Bytes of a body from which it is screened beside the event loop, so that the streams of others go on."""

T = TypeVar("T")

_log = logging.getLogger("hegui.gateway")

_STATUS = {"UPS001": 502, "UPS002": 504, "UPS003": 504, "UPS004": 504, "UPS005": 502, "UPS006": 502, "UPS008": 502}
_OUTCOME = {
    "UPS001": "upstream_refused",
    "UPS002": "upstream_timeout",
    "UPS003": "upstream_timeout",
    "UPS004": "upstream_timeout",
    "UPS005": "upstream_reset",
    "UPS006": "upstream_malformed",
    "UPS007": "client_left",
    "UPS008": "upstream_tls",
}


class GatewayExchange:
    """One request on its way.

    Attributes:
        account: what is known of it so far, and will be recorded.
    """

    __slots__ = (
        "_client_left",
        "_detectors",
        "_guards",
        "_host",
        "_loop",
        "_out",
        "_placeholders",
        "_policy",
        "_shadow",
        "_task",
        "_upstream",
        "account",
        "application",
        "kind",
        "pool",
        "runtime",
    )

    def __init__(
        self, runtime: Runtime, pool: UpstreamPool, account: Account, kind: str, loop: asyncio.AbstractEventLoop
    ) -> None:
        self.runtime, self.pool, self.account, self.kind = runtime, pool, account, kind
        self.application: Application | None = None
        self._detectors, self._policy = runtime.detectors, runtime.policies.default
        self._placeholders: Placeholders | None = None
        self._shadow: Shadow | None = None
        self._guards: ExchangeGuards | None = None
        self._loop = loop
        self._upstream: UpstreamResponse | None = None
        self._task: asyncio.Task[Any] | None = None
        self._client_left = False
        self._out = GoingOut(runtime, account, self._exchange)

    # The whole way.

    async def run(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request to its end."""
        try:
            await self._serve(scope, receive, send)
        except ConnectionResetError:
            self.account.outcome = "client_left"
        except asyncio.CancelledError:
            self.account.outcome = "client_left" if self._client_left else "interrupted"
            if not self._client_left:
                raise
        finally:
            if self._guards is not None:
                self._guards.close()
            if self._upstream is not None:
                self._upstream.abort()
            if self.account.key is not None and not self._out.is_recorded:
                self._out.record()

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            headers = headers_of(scope)
            self._host = f"{scope['scheme']}://{headers.get(b'host', b'localhost').decode('latin-1')}"
            self._admit(headers)
            limits = self.runtime.settings.server
            body = await read_body(receive, limits.max_body_bytes, self.runtime.bodies, self._loop)
            if self.runtime.keeps_content:
                await self._keep_prompt(body)
            value = self._parse(body, headers)
            if len(body) < LARGE:
                refusal = self._screen_prompt(value)
            else:  # the others' streams go on meanwhile
                refusal = await asyncio.to_thread(self._screen_prompt, value)
            self._task = asyncio.current_task(self._loop)
            scope["extensions"][CLIENT_GONE](self._abandon)
            if refusal is None and self._policy.guards and self.kind != "embeddings":
                refusal = await self._judge_prompt(value)
            if refusal is not None:
                await self._answer_ourselves(send, refusal)
                return
            await self._forward(value, send)
        except ApiError as error:
            self.account.error = self.account.error or error.code
            if error.status == 502:  # the model server's answer is at fault, and the code says how
                self.account.outcome = error.code
            await self._out.fail(send, error)
        except UpstreamError as error:
            self.account.outcome, self.account.error = _OUTCOME.get(error.code, "upstream_failed"), error.code
            problem = f"The model server behind this gateway failed ({error.code}). Try again later."
            await self._out.fail(send, ApiError(_STATUS.get(error.code, 502), "api_error", error.code, problem))
        except HeguiError as error:
            self.account.outcome, self.account.error = "failed", error.code
            await self._out.fail(
                send, ApiError(500, "api_error", error.code, "This gateway is not set up as it should be.")
            )
        except ConnectionResetError:
            raise
        except Exception as error:  # the edge: whatever we did not foresee ends this request and no other
            _log.exception("exchange %s failed", self.account.exchange_id)
            self.account.outcome, self.account.error = "failed", type(error).__name__
            await self._out.fail(send, ApiError(500, "api_error", "internal_error", "This gateway failed; try again."))

    def _abandon(self) -> None:
        """The client has gone."""
        self._client_left = True
        if self._upstream is not None:
            self._upstream.abort()
        if self._task is not None:
            self._task.cancel()

    # Admission.

    def _admit(self, headers: dict[bytes, bytes]) -> None:
        found = self.runtime.find(headers.get(b"authorization", b"").decode("latin-1"))
        if found is None:
            raise ApiError(401, "invalid_request_error", "invalid_api_key", "Unknown or ended API key.")
        settings = self.runtime.settings
        if self.runtime.is_full():
            problem = "Records cannot be written at the moment, so no request is accepted; try again later."
            raise ApiError(503, "api_error", "evidence_backlog", problem)
        self.account.key, self.application = found
        self._choose_policies(headers)
        if self.runtime.active > settings.server.max_streams:
            raise ApiError(
                429, "rate_limit_error", "too_many_streams", "Too many requests under way; try again shortly."
            )

    def _choose_policies(self, headers: dict[bytes, bytes]) -> None:
        """The policy that acts, and the one that is tried beside it; of detectors those that both were loaded with."""
        assert self.application is not None  # admitted
        staged, asked_for, audience = (
            self.runtime.staged,
            self.application.policy,
            audience_of(self.application.name, headers),
        )
        self._policy = staged.acting(asked_for, self.application.id).facing(audience)
        self._detectors = self.runtime.detectors
        if (tried := staged.tried(asked_for)) is not None:
            looks = self.runtime.settings.crisis.screen
            self._shadow = Shadow(self._detectors, tried.facing(audience), self.kind, screens_danger=looks)

    async def _keep_prompt(self, body: bytes) -> None:
        parts = prompt_parts(body) if len(body) < LARGE else await asyncio.to_thread(prompt_parts, body)
        for part, data in parts.items():
            self.account.keep(part, data)

    def _parse(self, body: bytes, headers: dict[bytes, bytes]) -> dict[str, Any]:
        value = object_of(body)
        assert self.application is not None  # admitted
        self.account.model = value["model"] if type(value.get("model")) is str else ""
        self.account.streamed = value.get("stream") is True and self.kind != "embeddings"
        refuse_unsupported(self.kind, value)
        if user := asking_user(value, headers):
            self.account.user = pseudonym(self.runtime.secret, self.application.id, user)
        if self.application.models and self.account.model not in self.application.models:
            problem = f"The model {self.account.model[:100]!r} does not exist or this application may not use it."
            raise ApiError(404, "invalid_request_error", "model_not_found", problem, param="model")
        offered = self.runtime.settings.label.unmarked_terms
        self.account.unmarked_terms = unmarked_terms_of(headers, offered, is_named=self.account.user is not None)
        return value

    # The prompt.

    def _screen_prompt(self, value: dict[str, Any]) -> Action | None:
        if self._shadow is not None:
            self._shadow.prompt(value)
        try:
            if PERSONAL in self._policy.sought["prompt"]:
                self._placeholders = Placeholders(self.runtime.settings.locale)
            screened = screen_prompt(self._detectors, self._policy, value, self._placeholders)
        except UnreadablePromptError as error:
            problem = f"`{error.args[0]}` holds token numbers, which cannot be screened; send text."
            raise ApiError(400, "invalid_request_error", "unreadable_prompt", problem, param=error.args[0]) from None
        except TooDeepError:
            raise ApiError(400, "invalid_request_error", "nested_too_deep", "The request is nested too deep.") from None
        rulings = screened.rulings
        if self.runtime.settings.crisis.screen and self.kind != "embeddings":  # there nobody is spoken to
            rulings += screen_for_danger(self._policy, value)
        self.account.prompt_characters, self.account.prompt_rulings = screened.characters, rulings
        return _ends_prompt(rulings)

    async def _judge_prompt(self, value: dict[str, Any]) -> Action | None:
        """What the guards say of the prompt, as it would reach the model."""
        self._guards = self.runtime.guards_of(self._policy, is_repetitive=self.kind == "responses")
        found = await self._guards.judge_prompt(value)
        self.account.prompt_rulings += found
        return _ends_prompt(found)

    async def _answer_ourselves(self, send: Send, action: Action) -> None:
        """The prompt is not forwarded: help, the safe reply, or the refusal in the form of an error."""
        notice, rulings = self._notice(), [ruling for _, ruling in self.account.prompt_rulings]
        if action == "help":
            reason = notice.reason("prompt", action, ())  # what else was found is not held against them
            await self._say(send, notice.help, "stop", reason)
            return
        reason = notice.reason("prompt", action, rulings)
        if action != "safe_reply" or self.kind not in ("chat", "completion"):
            self.account.outcome = "blocked_prompt"
            text = notice.refusal or "The prompt was refused by the content policy."
            raise ApiError(400, "invalid_request_error", "content_filter", text, param="prompt", hegui=reason)
        await self._say(send, notice.safe_reply, "content_filter", reason)

    async def _say(self, send: Send, text: str, finish: str, reason: dict[str, Any]) -> None:
        """Answer with a text of our own, in the shape that was asked for."""
        self.account.outcome = reason["decision"]
        created = int(self.account.started_at.timestamp())
        answer = CannedAnswer(self.kind, self.account.exchange_id, self.account.model, created, text, finish, reason)
        marks = self._marks({})
        if not self.account.streamed:
            await self._out.finish(send, 200, answer.body(marks))
            return
        await self._out.start_stream(send)
        await self._out.end_stream(send, answer.stream(marks))

    # The upstream.

    async def _forward(self, value: dict[str, Any], send: Send) -> None:
        assert self.application is not None  # admitted
        headers = [
            (b"content-type", b"application/json"),
            (b"accept", b"text/event-stream" if self.account.streamed else b"application/json"),
        ]
        if credential := self.runtime.upstream_credential(self.application):
            headers.append((b"authorization", b"Bearer " + credential.encode()))
        url = self.application.upstream + self.account.path.removeprefix("/v1")
        self._upstream = await self.pool.send("POST", url, headers, encode_json(value))
        kind = (self._upstream.header(b"content-type") or b"").partition(b";")[0].strip().lower()
        if self._upstream.header(b"content-encoding") not in (None, b"identity"):
            kind = b""  # asked for as it is; compressed it cannot be screened
        if self.account.streamed and self._upstream.status == 200 and kind == b"text/event-stream":
            await self._stream(self._upstream, value, send)
        elif kind == b"application/json":
            await self._whole(self._upstream, value, send)
        elif self.kind == "speech" and self._upstream.status == 200 and kind in SPEECH_TYPES:
            await self._speech(self._upstream, SPEECH_TYPES[kind], send)
        else:
            self._upstream.abort()
            raise ApiError(
                502, "api_error", "upstream_wrong_type", "The model server answered with something that is not JSON."
            )

    async def _stream(self, upstream: UpstreamResponse, value: dict[str, Any], send: Send) -> None:
        guards = self._guards if self._guards is not None and self._guards.has_answer else None
        answer = AnswerStream(
            self._detectors,
            self._policy,
            self._notice(),
            self._marks(value),
            model=self.account.model,
            kind=self.kind,
            choices=_choices_asked_for(value),
            guard=None if guards is None else guards.guard,
        )
        self.account.tally = answer.tally
        splitter = self._splitter(value)
        restoring = RestoringAnswer(self._placeholders) if self._placeholders and self._policy.restore else None
        await self._out.start_stream(send)
        last = b""
        coming = flow(upstream, splitter, answer)
        if guards is not None:
            coming = guarded_flow(upstream, splitter, answer, guards)
        try:
            async with aclosing(coming):
                async for out in coming:
                    if restoring is not None and not answer.is_done:
                        out = restoring.feed(out)
                    if self.account.first_token_at is None and self.account.tally.delivered:
                        self.account.first_token_at = self.runtime.clock()
                    if answer.is_done:
                        last += out
                    elif out:
                        if self.runtime.keeps_content:
                            self.account.keep(ANSWER, out)
                        await send({"type": "http.response.body", "body": out, "more_body": True})
            if not answer.is_done:
                last += self._end_of_upstream(answer, splitter)
        except UpstreamError as error:
            if self._client_left:
                raise
            self.account.outcome, self.account.error = _OUTCOME.get(error.code, "upstream_failed"), error.code
            last += answer.fail(self._stream_error(error.code))
        except EventTooLargeError:
            self.account.outcome, self.account.error = "upstream_oversized_event", "event_too_large"
            last += answer.fail(self._stream_error("upstream_oversized_event"))
        if self.account.outcome == "rejected":
            self.account.outcome = (
                "blocked_answer" if answer.ended else "upstream_error" if answer.failed else "completed"
            )
        if answer.ended:
            upstream.abort()
        if restoring is not None:
            last = restoring.feed(last) + restoring.finish()
        self.account.usage, self.account.upstream_id = answer.usage, answer.upstream_id
        await self._out.end_stream(send, last)

    def _splitter(self, value: dict[str, Any]) -> SseSplitter:
        limit = self.runtime.settings.upstream.max_event_bytes
        if self._shadow is None:
            return SseSplitter(limit)
        return self._shadow.splitter(limit, model=self.account.model, choices=_choices_asked_for(value))

    def _end_of_upstream(self, answer: AnswerStream, splitter: SseSplitter) -> bytes:
        """The upstream closed without `[DONE]`."""
        out = b""
        if (rest := splitter.finish()) is not None:
            out += answer.feed(rest)
        if answer.is_done:
            return out
        if answer.failed:
            return out + answer.finish(b"")
        if answer.is_complete or self.kind == "responses":
            self.account.outcome = "completed" if self.kind == "responses" else "upstream_no_done"
            return out + answer.finish(b"" if self.kind == "responses" else DONE)
        self.account.outcome, self.account.error = "upstream_cut", "upstream_cut"
        return out + answer.fail(self._stream_error("upstream_cut"))

    async def _whole(self, upstream: UpstreamResponse, value: dict[str, Any], send: Send) -> None:
        """An answer that is one JSON body."""
        desk, is_good = self._desk(), upstream.status == 200
        body = await desk.read_whole(upstream)
        size, files = len(body), desk.files()
        answer = await _beside(size, _object_in, body)
        if answer is None or not (has_known_shape(answer) if is_good else has_sound_members(answer)):
            problem = "The model server's answer is not what it should be."
            raise ApiError(502, "api_error", "upstream_malformed", problem)
        try:
            if self.kind != "embeddings":
                every_url = self.kind == "images" and is_good
                await _beside(size, files.take_out, answer, every_url)
            if not files.is_empty:
                body = encode_json(answer)
            changed = await self._screen_answer(answer, body, is_guarded=is_good)
        except (TooDeepError, TooManyTextsError):
            problem = "The model server's answer is nested too deep, or has too many texts."
            raise ApiError(502, "api_error", "upstream_malformed", problem) from None
        self.account.first_token_at = self.runtime.clock()
        ended = self.account.tally.decision in ("safe_reply", "refuse", "stop")
        self.account.outcome = "blocked_answer" if ended else "completed" if upstream.status < 400 else "upstream_error"
        if ended and self.kind == "images":
            raise self._refused_answer()
        usage = answer.get("usage")
        self.account.usage = usage if type(usage) is dict else None
        number = answer.get("id")
        self.account.upstream_id = number if type(number) is str and is_opaque(number) else None
        if self._placeholders and self._policy.restore:
            changed = restore_body(answer, self._placeholders) or changed
        if not files.is_empty:
            changed = True
            if not ended:
                await files.put_back(desk.fetch, desk.keep, desk.beside)
                self.account.files = files.record()
        encoded = None if changed or has_repeated_names(body, answer) else body
        if is_good and self.kind in ("chat", "completion", "responses"):
            encoded = await _beside(size, self._marks(value).mark_body, answer, encoded)
        if encoded is None:
            encoded = await _beside(size, encode_json, answer)
        await self._out.finish(send, upstream.status, encoded)

    async def _screen_answer(self, answer: dict[str, Any], body: bytes, *, is_guarded: bool) -> bool:
        """Screen a whole answer in place; whether anything was changed. Raises TooDeepError, TooManyTextsError."""
        given = (self._detectors, self._policy, self._notice(), answer)
        if self._shadow is not None:
            await _beside(len(body), self._shadow.whole, body)
        if self._guards is not None and self._guards.has_answer and is_guarded:
            whole = WholeAnswer(*given, self._guards.guard)
            await settle(whole, self._guards)
            self.account.tally, changed = whole.finish()
        else:
            self.account.tally, changed = await _beside(len(body), screen_answer, *given)
        return changed

    def _refused_answer(self) -> ApiError:
        tally = self.account.tally
        reason = self._notice().reason("answer", tally.decision, [ruling for _, ruling in tally.rulings])
        text = self._notice().refusal or "The answer was refused by the content policy."
        return ApiError(400, "invalid_request_error", "content_filter", text, hegui=reason)

    # Files.

    async def _speech(self, upstream: UpstreamResponse, name: str, send: Send) -> None:
        """An answer that is a file of sound. Where its format has no place, the label goes beside it, in the head."""
        desk, label = self._desk(), []
        kind = upstream.header(b"content-type") or b"application/octet-stream"
        body, files = await desk.read_whole(upstream), desk.files()
        if name:
            found = await desk.beside(files.labelled, body, name)
            body, self.account.files = found.data, files.record()
        else:
            label = [(b"x-hegui-aigc", files.label(0).text().encode("ascii"))]
            body = await desk.samples(body, kind.decode("latin-1"))
        self.account.first_token_at, self.account.outcome = self.runtime.clock(), "completed"
        await self._out.hand_out(send, 200, body, [(b"content-type", kind), *label])

    def _desk(self) -> FileDesk:
        assert self.application is not None  # admitted
        return FileDesk(self.runtime, self.pool, self.account, self.application, self._host)

    # The record, and what is said.

    def _exchange(self) -> Recordable:
        record = self.account.record(
            policy=self._policy.label,
            lexicon=self._detectors.lexicon.digest,
            models=self._models(),
            finished_at=self.runtime.clock(),
        )
        if self._shadow is not None:
            tried = self._shadow.conclude(self.account.rulings())
            record = replace(record, shadow_policy=self._shadow.policy.label, shadow_decision=tried)
        self.runtime.outcomes[record.outcome, record.decision] += 1
        return self.account.delivery(record)

    def _models(self) -> str:
        """The models that had a say, where the policy asks for any."""
        deciding = (self._policy,) if self._shadow is None else (self._policy, self._shadow.policy)
        asks = any(HARM in kinds for policy in deciding for kinds in policy.sought.values())
        own = self._detectors.models if asks else ""
        asked = () if self._guards is None else self._guards.models
        return " ".join((own, *asked)) if own else " ".join(asked)

    def _stream_error(self, code: str) -> dict[str, Any]:
        text = f"The model server behind this gateway broke off ({code}). What you have is not the whole answer."
        message = worded(HTTP, text, self.runtime.settings.locale)
        return {"message": message, "type": "api_error", "param": None, "code": code}

    def _notice(self) -> Notice:
        policy, language = self._policy, self.runtime.settings.locale
        return Notice(
            self.account.exchange_id,
            language,
            policy.label,
            policy.safe_reply.get(language, ""),
            policy.refusal.get(language, ""),
            self._help(policy),
        )

    def _help(self, policy: Policy) -> str:
        """What a person in danger reads, in the language they wrote in: the policy's text, and whom they can call."""
        language = help_language(self.account.prompt_rulings, self.runtime.settings.locale)
        text = policy.help.get(language) or built_in_policy().help[language]
        contacts = self.runtime.settings.crisis.contacts
        return f"{text}\n{contacts}" if contacts else text

    def _marks(self, value: dict[str, Any]) -> AnswerMarks:
        assert self.application is not None  # admitted
        label = self.application.label
        wanted = value.get("response_format")
        structured = type(wanted) is dict and wanted.get("type") in ("json_object", "json_schema")
        shows = not structured and not self.account.unmarked_terms
        head = label.wording + "\n\n" if label.explicit == "head" and shows else ""
        tail = "\n\n" + label.wording if label.explicit == "tail" and shows else ""
        aigc = AigcLabel.first(self.runtime.settings.label.content_producer, self.account.exchange_id)
        return AnswerMarks(head, tail, partial(with_label, aigc) if label.implicit else None)


def _ends_prompt(rulings: Sequence[tuple[str, Ruling]]) -> Action | None:
    """What is answered instead of forwarding the prompt; None where it is forwarded."""
    decision = strongest([ruling.action for _, ruling in rulings])
    return decision if decision in ("safe_reply", "refuse", "stop", "help") else None


def _object_in(body: bytes) -> dict[str, Any] | None:
    """The JSON object of an answer; None for anything else."""
    try:
        value = decode_json(body)
    except ValueError:
        return None
    return value if type(value) is dict else None


async def _beside(size: int, work: Callable[..., T], *given: Any) -> T:
    """Work on a body of this size, beside the event loop where it is large."""
    return work(*given) if size < LARGE else await asyncio.to_thread(work, *given)


def _choices_asked_for(value: dict[str, Any]) -> int:
    """How many choices the answer will have: `n` for each prompt."""
    count = value["n"] if type(value.get("n")) is int else 1
    prompts = len(value["prompt"]) if type(value.get("prompt")) is list else 1
    return max(1, count) * max(1, prompts)
