"""Chat templates: from a conversation to the exact text that a model continues.

A template that comes with a model is an untrusted program. It is rendered by Jinja's immutable
sandbox inside a child process under limits of memory, time and output, because the sandbox alone
lets a nested loop run for hours (template injection: CVE-2024-34359). Built-in templates are ours
and are rendered in this process. A system message that a model's template has no place for is put
before the next user message (see `render_worker`). The prompt's prefix (the beginning of the reply)
is appended unchanged after the rendered turns; templates that trim an assistant's message do not
see it.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from underdog.core import Message, Prompt
from underdog.errors import ModelFileError, UnknownNameError
from underdog.files import read_bounded
from underdog.models.chat.renderer import render_guarded, start_renderer

MAX_SOURCE_BYTES = 256 * 1024
_MAX_CONFIG_BYTES = 16 * 1024 * 1024
_RULES = 2
TURNS = (
    "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}"
    "{% if m['role'] == 'assistant' %}<|im_end|>{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
"""Jinja source of `turns`, the template of models from scratch: one token between two turns."""

_OTHER_TOKENS = ("unk_token", "sep_token", "pad_token", "cls_token", "mask_token")


@dataclass(frozen=True, slots=True)
class ChatTemplate:
    """A chat template: turns a conversation into the text that a model continues.

    Attributes:
        name: `chatml`, `llama3`, `plain`, `turns`, or `model` for the model's own.
        source: Jinja source of an untrusted template; empty for a built-in one.
        bos_token: Text of the token that begins a sequence; `None` leaves it undefined.
        eos_token: Text of the token that ends a turn; `None` leaves it undefined.
        other_tokens: Names and texts of further special tokens, such as `pad_token`.
    """

    name: str
    source: str = ""
    bos_token: str | None = ""
    eos_token: str | None = ""
    other_tokens: tuple[tuple[str, str], ...] = ()

    @property
    def fingerprint(self) -> str:
        """A string that differs whenever a conversation may be rendered differently."""
        told: list[Any] = [self.name, self.source, self.bos_token, self.eos_token]
        if self.name not in _BUILT_IN:
            told += [self.other_tokens, _RULES]
        parts = json.dumps(told)
        return hashlib.sha256(parts.encode()).hexdigest()[:12]

    def prepare(self) -> None:
        """Start the rendering process early, so that the first conversation need not wait."""
        if self.name not in _BUILT_IN:
            start_renderer()

    def render(self, prompt: Prompt) -> str:
        r"""The rendered conversation, which the model continues at its end.

        Raises:
            ModelFileError: The model's template is malformed, refused the conversation, or ran
                into a limit.

        Example:
            >>> from underdog.core import Message
            >>> ChatTemplate("plain").render(Prompt((Message("user", "2+2="),), prefix="4"))
            '2+2=\n\n4'
        """
        if self.name in _BUILT_IN:
            return _BUILT_IN[self.name](prompt.messages) + prompt.prefix
        return render_guarded(self._job(prompt.messages)) + prompt.prefix

    def _job(self, messages: tuple[Message, ...]) -> dict[str, Any]:
        return {
            "source": self.source,
            "messages": [{"role": turn.role, "content": turn.content} for turn in messages],
            "tokens": self._tokens(),
        }

    def _tokens(self) -> dict[str, str]:
        named = {
            "bos_token": self.bos_token,
            "eos_token": self.eos_token,
            **dict(self.other_tokens),
        }
        return {name: text for name, text in named.items() if text is not None}


def built_in_template(name: str) -> ChatTemplate:
    """One of `chatml`, `llama3`, `plain`, `turns`. Raises `UnknownNameError`."""
    if name not in _BUILT_IN:
        raise UnknownNameError("chat template", name, _BUILT_IN)
    return ChatTemplate(name)


def model_template(
    source: str | None,
    bos_token: str | None = "",
    eos_token: str | None = "",
    other_tokens: tuple[tuple[str, str], ...] = (),
) -> ChatTemplate:
    """A model's own template, or `plain` when it has none (a base model), or `turns` if it is that.

    Raises:
        ModelFileError: The source is larger than 256 KiB.
    """
    if not source:
        return ChatTemplate("plain")
    if source == TURNS:
        return ChatTemplate("turns")
    if len(source.encode()) > MAX_SOURCE_BYTES:
        raise ModelFileError(
            f"the model's chat template has {len(source.encode())} bytes, more than the "
            f"{MAX_SOURCE_BYTES} allowed; choose a built-in one with template=chatml"
        )
    return ChatTemplate("model", source, bos_token, eos_token, other_tokens)


def read_tokenizer_config(folder: Path) -> ChatTemplate:
    """The template of a model folder: `chat_template.jinja`, else `tokenizer_config.json`.

    Raises:
        ModelFileError: A file is malformed or too large.
    """
    try:
        config = _TokenizerConfig.model_validate_json(
            _text(folder, "tokenizer_config.json") or "{}"
        )
        more = _TokenizerConfig.model_validate_json(
            _text(folder, "special_tokens_map.json") or "{}"
        )
        source = _text(folder, "chat_template.jinja")
    except (ValueError, OSError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or str(error)
        raise ModelFileError(f"cannot read the chat template in {folder}: {reason}") from error
    others = ((name, config.token(name) or more.token(name)) for name in _OTHER_TOKENS)
    return model_template(
        source or config.source,
        config.token("bos_token") or more.token("bos_token"),
        config.token("eos_token") or more.token("eos_token"),
        tuple((name, text) for name, text in others if text),
    )


def _text(folder: Path, name: str) -> str:
    """A file's text; empty when there is none."""
    path = folder / name
    if not path.exists():
        return ""
    return read_bounded(path, _MAX_CONFIG_BYTES).decode("utf-8", errors="replace")


class _SpecialToken(BaseModel):
    content: str = ""


class _NamedTemplate(BaseModel):
    name: str = ""
    template: str = ""


class _TokenizerConfig(BaseModel):
    """The entries of `tokenizer_config.json` about chat templates; all others are ignored."""

    chat_template: str | list[_NamedTemplate] | None = None
    bos_token: str | _SpecialToken | None = None
    eos_token: str | _SpecialToken | None = None
    unk_token: str | _SpecialToken | None = None
    sep_token: str | _SpecialToken | None = None
    pad_token: str | _SpecialToken | None = None
    cls_token: str | _SpecialToken | None = None
    mask_token: str | _SpecialToken | None = None

    @property
    def source(self) -> str | None:
        if isinstance(self.chat_template, list):
            named = {entry.name: entry.template for entry in self.chat_template}
            return named.get("default")
        return self.chat_template

    def token(self, name: str) -> str | None:
        found: str | _SpecialToken | None = getattr(self, name)
        return found.content if isinstance(found, _SpecialToken) else found


def _chatml(messages: tuple[Message, ...]) -> str:
    turns = [f"<|im_start|>{turn.role}\n{turn.content}<|im_end|>\n" for turn in messages]
    return "".join(turns) + "<|im_start|>assistant\n"


def _llama3(messages: tuple[Message, ...]) -> str:
    head = "<|start_header_id|>{}<|end_header_id|>\n\n"
    turns = [f"{head.format(turn.role)}{turn.content.strip()}<|eot_id|>" for turn in messages]
    return "<|begin_of_text|>" + "".join(turns) + head.format("assistant")


def _plain(messages: tuple[Message, ...]) -> str:
    return "".join(f"{turn.content}\n\n" for turn in messages)


def _turns(messages: tuple[Message, ...]) -> str:
    turns = [
        f"<|{turn.role}|>{turn.content}{'<|im_end|>' * (turn.role == 'assistant')}"
        for turn in messages
    ]
    return "".join(turns) + "<|assistant|>"


_BUILT_IN: Mapping[str, Callable[[tuple[Message, ...]], str]] = {
    "chatml": _chatml,
    "llama3": _llama3,
    "plain": _plain,
    "turns": _turns,
}
