"""Chat templates: from a conversation to the exact text that a model continues.

A template that comes with a model is an untrusted program. It is rendered by Jinja's immutable
sandbox inside a child process under limits of memory, time and output, because the sandbox alone
lets a nested loop run for hours (template injection: CVE-2024-34359). Built-in templates are ours
and are rendered in this process. The prompt's prefix (the beginning of the reply) is appended
unchanged after the rendered turns; templates that trim an assistant's message do not see it.
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
from underdog.models.chat.renderer import render_guarded, start_renderer

MAX_SOURCE_BYTES = 256 * 1024
_MAX_CONFIG_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ChatTemplate:
    """A chat template: turns a conversation into the text that a model continues.

    Attributes:
        name: `chatml`, `llama3`, `plain`, or `model` for the model's own.
        source: Jinja source of an untrusted template; empty for a built-in one.
        bos_token: Text of the token that begins a sequence.
        eos_token: Text of the token that ends a turn.
    """

    name: str
    source: str = ""
    bos_token: str = ""
    eos_token: str = ""

    @property
    def fingerprint(self) -> str:
        """A string that differs whenever a conversation may be rendered differently."""
        parts = json.dumps([self.name, self.source, self.bos_token, self.eos_token])
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
            "bos_token": self.bos_token,
            "eos_token": self.eos_token,
        }


def built_in_template(name: str) -> ChatTemplate:
    """One of `chatml`, `llama3`, `plain`. Raises `UnknownNameError`."""
    if name not in _BUILT_IN:
        raise UnknownNameError("chat template", name, _BUILT_IN)
    return ChatTemplate(name)


def model_template(source: str | None, bos_token: str = "", eos_token: str = "") -> ChatTemplate:
    """A model's own template, or `plain` when it has none (a base model).

    Raises:
        ModelFileError: The source is larger than 256 KiB.
    """
    if not source:
        return ChatTemplate("plain")
    if len(source.encode()) > MAX_SOURCE_BYTES:
        raise ModelFileError(
            f"the model's chat template has {len(source.encode())} bytes, more than the "
            f"{MAX_SOURCE_BYTES} allowed; choose a built-in one with template=chatml"
        )
    return ChatTemplate("model", source, bos_token, eos_token)


def read_tokenizer_config(folder: Path) -> ChatTemplate:
    """The template of a model folder: `chat_template.jinja`, else `tokenizer_config.json`.

    Raises:
        ModelFileError: A file is malformed or too large.
    """
    config = _TokenizerConfig()
    config_path = folder / "tokenizer_config.json"
    try:
        if config_path.is_file():
            if config_path.stat().st_size > _MAX_CONFIG_BYTES:
                raise ModelFileError(f"{config_path} is too large to be a tokenizer configuration")
            config = _TokenizerConfig.model_validate_json(config_path.read_bytes())
        separate = folder / "chat_template.jinja"
        source = separate.read_text("utf-8", errors="replace") if separate.is_file() else None
    except (ValueError, OSError) as error:
        raise ModelFileError(f"cannot read the chat template in {folder}: {error}") from error
    return model_template(
        source or config.source, _text_of(config.bos_token), _text_of(config.eos_token)
    )


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

    @property
    def source(self) -> str | None:
        if isinstance(self.chat_template, list):
            named = {entry.name: entry.template for entry in self.chat_template}
            return named.get("default")
        return self.chat_template


def _text_of(token: str | _SpecialToken | None) -> str:
    return token.content if isinstance(token, _SpecialToken) else token or ""


def _chatml(messages: tuple[Message, ...]) -> str:
    turns = [f"<|im_start|>{turn.role}\n{turn.content}<|im_end|>\n" for turn in messages]
    return "".join(turns) + "<|im_start|>assistant\n"


def _llama3(messages: tuple[Message, ...]) -> str:
    head = "<|start_header_id|>{}<|end_header_id|>\n\n"
    turns = [f"{head.format(turn.role)}{turn.content.strip()}<|eot_id|>" for turn in messages]
    return "<|begin_of_text|>" + "".join(turns) + head.format("assistant")


def _plain(messages: tuple[Message, ...]) -> str:
    return "".join(f"{turn.content}\n\n" for turn in messages)


_BUILT_IN: Mapping[str, Callable[[tuple[Message, ...]], str]] = {
    "chatml": _chatml,
    "llama3": _llama3,
    "plain": _plain,
}
