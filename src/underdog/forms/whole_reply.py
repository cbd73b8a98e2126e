"""The whole reply of an engine that may not have continued the opening that it was given.

An engine that continues is always right to be glued to its opening. One that does not
(`EngineInfo.continues` is false: a chat endpoint) may write on, repeat the opening, begin anew with
a fence or a sentence of its own, or give the bare answer. Stop strings of a form are for engines
that continue: in a reply that begins anew they would end it at its beginning (a fence, an empty
line), so none are sent, and forms read a reply that goes on after its answer.
"""

import re

from underdog.core import EngineInfo, Form, NeedsContinuation
from underdog.errors import UsageError
from underdog.forms.fences import continued_code
from underdog.grading.markers import tail

_MARKS = "*_`#> \t\r\n"


def stop_strings(form: Form, info: EngineInfo) -> tuple[str, ...]:
    """The stop strings to sample a form with on an engine.

    Raises:
        UsageError: The form needs an engine that continues its opening, and this one does not.
    """
    if info.continues:
        return form.stop
    if isinstance(form, NeedsContinuation):
        raise UsageError(
            f"the form {form.name!r} needs an engine that continues an opening, and {info.model} "
            f"({info.engine}) may begin anew; give the endpoint a template, template=chatml, or "
            "use another form or a local engine"
        )
    return ()


def whole_reply(opening: str, said: str, *, continues: bool) -> str:
    r"""The whole reply, its opening included.

    Args:
        opening: The prompt's prefix.
        said: What the engine said.
        continues: Whether the engine is known to continue the opening.

    Example:
        >>> whole_reply("The answer is", "3", continues=False)
        'The answer is 3'
        >>> whole_reply("The answer is", "\nThe answer is 3.", continues=False)
        '\nThe answer is 3.'
    """
    if continues or not opening:
        return opening + said
    seen = tail(said)
    thought = said[: len(said) - len(seen)] if said.endswith(seen) else ""
    if not seen.strip():
        return said
    if opening.lstrip().startswith("```"):
        return thought + continued_code(opening, seen)
    if _bare(opening) in _bare(seen.strip().partition("\n")[0]):
        return said
    between = " " if opening[-1].isalnum() else ""
    return thought + opening + between + seen.lstrip()


def _bare(text: str) -> str:
    """A text without marks at its beginning, in lower case, spaces as one."""
    return re.sub(r"\s+", " ", text.lstrip(_MARKS)).rstrip(" <(:").casefold()
