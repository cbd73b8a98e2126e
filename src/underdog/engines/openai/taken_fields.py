"""Which fields of a request an endpoint takes, learnt from its refusals.

A refused field is left out, or sent under its other name, only where the request keeps its meaning;
otherwise the refusal is the user's to see.
"""

import re
from collections.abc import Mapping
from typing import Any

from underdog.engines.openai.refused_calls import RefusedError, mentioned

_OPTIONAL: Mapping[str, Any] = {
    "temperature": 1.0,
    "top_p": 1.0,
    "top_k": 0,
    "min_p": 0.0,
    "repetition_penalty": 1.0,
    "presence_penalty": 0.0,
    "frequency_penalty": 0.0,
    "n": 1,
    "stop": None,
    "logprobs": None,
    "top_logprobs": None,
    "seed": None,
    "continue_final_message": None,
    "add_generation_prompt": None,
}
"""Optional request fields that an endpoint may refuse, with the value that switches each off.

`None`: what the field asks for can be gone without, or is done here (`stop`).
"""

_OTHER_NAMES: Mapping[str, str] = {"max_tokens": "max_completion_tokens"}
"""Fields that some models take under another name only."""

_TOGETHER = (("logprobs", "top_logprobs"), ("continue_final_message", "add_generation_prompt"))
_OPENING = "opening"
_NO_OPENING = re.compile(
    r"(?:last|final) (?:message|role|turn)|assistant|prefill|generation.prompt", re.IGNORECASE
)
"""Words of a refusal of an unfinished turn as the last message."""


class TakenFields:
    """The fields that an endpoint takes, as far as its refusals have shown."""

    def __init__(self) -> None:
        self._refused: set[str] = set()
        self._renamed: dict[str, str] = {}

    def of(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of a request that the endpoint takes, by the names that it takes."""
        fields = {
            self._renamed.get(name, name): value
            for name, value in body.items()
            if name not in self._refused
        }
        if _OPENING in self._refused and "continue_final_message" in body:
            fields["messages"] = fields["messages"][:-1]
            fields.pop("continue_final_message", None)
            fields.pop("add_generation_prompt", None)
        return fields

    def give_up(
        self, error: RefusedError, fields: Mapping[str, Any], base_url: str
    ) -> frozenset[str]:
        """The fields that a refusal names, from now on sent otherwise or not at all.

        Args:
            error: The refusal.
            fields: The fields that were sent.
            base_url: Address to show.

        Returns:
            Their names; empty when the refusal is about none of them.

        Raises:
            RefusedError: Without the field the request would mean something else.
        """
        names = mentioned(error.reason, fields)
        for name, other in _OTHER_NAMES.items():
            if name in names and other in error.reason:
                self._renamed[name] = other
                return frozenset((name,))
        known = [name for name in names if name in _OPTIONAL]
        gone = {name for name in known if _OPTIONAL[name] in (None, fields[name])}
        if known and not gone:
            name = known[0]
            raise RefusedError(
                f"{base_url} does not take {name}, which is set to {fields[name]}; leave it at "
                f"{_OPTIONAL[name]} (it said: {error.reason})",
                error.reason,
            ) from error
        opened = fields.get("messages", [{}])[-1].get("role") == "assistant"
        if not gone and opened and _NO_OPENING.search(error.reason):
            gone.add(_OPENING)
        for pair in _TOGETHER:
            if gone.intersection(pair):
                gone.update(pair)
        self._refused.update(gone)
        return frozenset(gone)
