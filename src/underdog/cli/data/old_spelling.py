"""The removed option `data make --source`: refused with the `data collect` command to use."""

import shlex
from collections.abc import Sequence
from typing import Any

from typer.core import TyperGroup

from underdog.errors import UsageError

_MOVED = {
    *("--source", "--from-model", "--task", "--max-seeds"),
    *("--budget-tokens", "--budget-calls", "--budget-seconds"),
}
_KEPT = _MOVED | {
    *("--out", "--count", "--seed", "--test-file", "--data-dir"),
    *("--name", "--licence", "--sandbox"),
}
_KEPT_FLAGS = {"--decontaminate", "--no-decontaminate", "--jsonl", "--no-jsonl", "--json"}
_IDLE = {"--forms", "--split", "--workers", "--shard-problems"}
"""Options with a value that made no difference to models; so did all other flags."""


class DataGroup(TyperGroup):
    """The commands of `underdog data`; `make` with a removed option for models is refused."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command named by the arguments, and the arguments after it."""
        old = not _MOVED.isdisjoint(word.partition("=")[0] for word in args)
        if old and args[0] == "make" and not ctx.resilient_parsing:
            raise UsageError(f"models are asked by another command now: {new_spelling(args[1:])}")
        return super().resolve_command(ctx, args)


def new_spelling(args: Sequence[str]) -> str:
    """The `data collect` command for the arguments of an old `data make --source`.

    Example:
        >>> new_spelling(["--source", "self:k=4", "--from-model=m.gguf", "--task", "gsm8k", "out"])
        'underdog data collect self:k=4 --from-model m.gguf --task gsm8k --out out'
    """
    kept, folders, source = list[str](), list[str](), ""
    words = iter(args)
    for word in words:
        name, equals, value = word.partition("=")
        if name in _KEPT | _IDLE and not equals:
            value = next(words, "")
        if name == "--source":
            source = value
        elif name in _KEPT:
            kept += [name, value]
        elif name in _KEPT_FLAGS:
            kept.append(name)
        elif not word.startswith("-"):
            folders.append(word)
    if source and len(folders) == 1 and "--out" not in kept:
        kept += ["--out", folders[0]]
    return shlex.join(["underdog", "data", "collect", source or "SOURCE", *kept])
