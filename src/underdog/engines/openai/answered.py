"""The rows of an answer: each checked, cut, counted and redacted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from underdog.core import Completion, EngineInfo, GenerateRequest, TokenTrace, Usage
from underdog.engines.openai.access import Access
from underdog.engines.openai.finish_words import ended
from underdog.engines.openai.redaction import Secrets
from underdog.engines.openai.token_spans import Span, between, spans
from underdog.engines.openai.told_usage import Counted, PromptSize, RowSize, counted
from underdog.engines.openai.wire import Answer, WireChoice, earliest_stop, in_order
from underdog.engines.shaping.served import breach
from underdog.engines.token_trace import token_trace


@dataclass(frozen=True, slots=True)
class AnswerSetting:
    """What an answer is read with.

    Attributes:
        way: The endpoint that answered.
        info: The engine's declared facts.
        prompt: Size of the prompt.
        place: Number of the answer's first row in its request; the prompt is counted with row 0.
        seconds: Seconds that the answer took.
    """

    way: Access
    info: EngineInfo
    prompt: PromptSize
    place: int
    seconds: float


@dataclass(frozen=True, slots=True)
class AnsweredRows:
    """Completions, and whether log-probabilities and token counts came with all of them."""

    rows: list[Completion]
    with_logprobs: bool
    told_usage: bool


def answered_rows(
    answer: Answer, request: GenerateRequest, seeds: Sequence[int], setting: AnswerSetting
) -> AnsweredRows:
    """The completions of an answer, in the order of `seeds`; fewer where it has fewer choices.

    Args:
        answer: The answer to a request for `len(seeds)` rows.
        request: What was asked for.
        seeds: Seeds of the rows.
        setting: The endpoint, its engine, the prompt's size, and the time that it took.
    """
    choices = in_order(answer.choices)
    placed = [_placed(choice) for choice in choices]
    sizes = [_size(choice, places) for choice, places in zip(choices, placed, strict=True)]
    told = counted(answer.usage, sizes, request.params.max_tokens, setting.prompt, setting.info)
    rows = [
        _completion(request, choice, places, seed, setting)
        for choice, places, seed in zip(choices, placed, seeds, strict=False)
    ]
    rows = [
        replace(row, usage=_usage(told, at, at == len(rows) - 1, setting))
        for at, row in enumerate(rows)
    ]
    bare = any(row.text and not row.trace.logprobs and row.finish != "error" for row in rows)
    return AnsweredRows(rows, not bare, told.told)


def _completion(
    request: GenerateRequest,
    choice: WireChoice,
    places: list[Span] | None,
    seed: int,
    setting: AnswerSetting,
) -> Completion:
    params, prefix, reply = request.params, request.prompt.prefix, choice.reply
    repeats = not setting.info.continues and prefix and reply.startswith(prefix)
    start = len(prefix) if repeats else 0
    text, stopped_by = earliest_stop(reply[start:], params.stop)
    if stopped_by is None and choice.stop_reason in params.stop:
        stopped_by = choice.stop_reason
    how = ended(choice.finish_reason, text)
    kept = setting.way.secrets.reply(text)
    fault = _fault(choice, how, setting.way)
    if not fault and params.constraint is not None and how == "stop" and stopped_by is None:
        fault = breach(params.constraint, text)
    if fault:
        return Completion(kept, "error", seed, error=fault)
    return Completion(
        kept,
        "length" if how == "length" and stopped_by is None else "stop",
        seed,
        trace=_trace(choice, places, start, start + len(text), params.top_logprobs),
        stop_string=stopped_by,
    )


def _fault(choice: WireChoice, how: str, way: Access) -> str:
    """Why a row is not what was asked for; empty when it is."""
    if how != "error" and not choice.error:
        return ""
    secrets: Secrets = way.secrets
    why = f": {secrets.shown(str(choice.error))}" if choice.error else ""
    said = secrets.shown(str(choice.finish_reason), 60)
    return f"EndpointError: {way.base_url} ended the reply with {said!r}{why}"


def _placed(choice: WireChoice) -> list[Span] | None:
    """Where each listed token stands in a reply; `None` when there are none, or others."""
    return spans(choice.tokens, choice.reply) if choice.tokens and choice.reply else None


def _size(choice: WireChoice, places: list[Span] | None) -> RowSize:
    listed = len(between(choice.tokens, places, 0, len(choice.reply))) if places else 0
    return RowSize(len(choice.reply.encode("utf-8", "replace")), listed)


def _trace(
    choice: WireChoice, places: list[Span] | None, start: int, end: int, top_logprobs: int
) -> TokenTrace:
    """The trace of a part of a reply; empty when a log-probability is missing."""
    tokens = between(choice.tokens, places, start, end) if places else ()
    if any(token.logprob is None for token in tokens):
        tokens = ()
    return token_trace(
        [token.logprob for token in tokens], [token.alternatives for token in tokens], top_logprobs
    )


def _usage(told: Counted, row: int, last: bool, setting: AnswerSetting) -> Usage:
    """Usage of a row: the prompt counted once per request, money as the endpoint bills it.

    Rows that came and were not asked for are billed too, with the last that was.
    """
    billed = Usage(
        prompt_tokens=told.prompt_tokens if row == 0 else 0,
        cached_prompt_tokens=told.cached_tokens if row == 0 else 0,
        generated_tokens=sum(told.generated[row:]) if last else told.generated[row],
    )
    tokens = billed if setting.place == 0 else Usage(generated_tokens=billed.generated_tokens)
    cost = setting.info.price.cost_usd(billed)
    return replace(tokens, calls=1, seconds=setting.seconds, cost_usd=cost)
