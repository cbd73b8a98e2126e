"""Options that shape a reply beside sampling: penalties, biases and constraints.

A group beside `SamplingOptions`, for commands that ask a model. Their meaning is documented in
`underdog.core.SamplingParams`; a constraint's content is checked by the engine.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from underdog.core import Choices, Constraint, Grammar, JsonSchema, Regex, SamplingParams
from underdog.errors import UsageError
from underdog.files import read_bounded

_MAX_BYTES = 1 << 22


@dataclass(frozen=True, slots=True)
class ShapeOptions:
    """Penalties, logit biases and constraints on replies."""

    repetition_penalty: Annotated[
        float, typer.Option(help="Above 1, tokens of prompt and reply become less likely.")
    ] = 1.0
    presence_penalty: Annotated[
        float, typer.Option(help="Taken off the logits of tokens that the reply has.")
    ] = 0.0
    frequency_penalty: Annotated[
        float, typer.Option(help="The same, once for every time that the reply has a token.")
    ] = 0.0
    logit_bias: Annotated[
        list[str] | None,
        typer.Option(
            help="What to add to a token's logit, such as 198=-100; may be repeated.",
            metavar="TOKEN=BIAS",
        ),
    ] = None
    json_schema: Annotated[
        Path | None, typer.Option(help="Replies are JSON that the schema in this file accepts.")
    ] = None
    regex: Annotated[
        str | None, typer.Option(help="Replies match this from end to end (Rust's syntax).")
    ] = None
    grammar: Annotated[
        Path | None, typer.Option(help="Replies follow the Lark grammar in this file.")
    ] = None
    choice: Annotated[
        list[str] | None, typer.Option(help="Replies are one of these texts; may be repeated.")
    ] = None

    def put_on(self, params: SamplingParams) -> SamplingParams:
        """The sampling parameters with these options added.

        Raises:
            UsageError: A value is out of range, a file cannot be read, or there are two
                constraints.
        """
        from underdog.engines.shaping.supported import check_penalties

        shaped = replace(
            params,
            repetition_penalty=self.repetition_penalty,
            presence_penalty=self.presence_penalty,
            frequency_penalty=self.frequency_penalty,
            logit_bias=tuple(_bias(given) for given in self.logit_bias or ()),
            constraint=self._constraint(),
        )
        check_penalties(shaped)
        return shaped

    def _constraint(self) -> Constraint | None:
        given: dict[str, Constraint] = {}
        if self.json_schema is not None:
            given["--json-schema"] = JsonSchema(_json(self.json_schema))
        if self.regex is not None:
            given["--regex"] = Regex(self.regex)
        if self.grammar is not None:
            given["--grammar"] = Grammar(_text(self.grammar))
        if self.choice:
            given["--choice"] = Choices(tuple(self.choice))
        if len(given) > 1:
            raise UsageError(f"{' and '.join(given)} cannot be given together; choose one")
        return next(iter(given.values()), None)


def _bias(given: str) -> tuple[int, float]:
    token, _, bias = given.partition("=")
    try:
        return int(token), float(bias)
    except ValueError as error:
        raise UsageError(
            f"--logit-bias {given!r}: give a token's number and what to add, such as 198=-100"
        ) from error


def _json(path: Path) -> str:
    text = _text(path)
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"--json-schema {path} is no JSON: {str(error)[:80]}") from error
    return text


def _text(path: Path) -> str:
    try:
        return read_bounded(path, _MAX_BYTES).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {str(error)[:80]}; give a text file") from error
