"""Training items as tokens with loss weights, written exactly as an engine will write the prompt.

The prompt is rendered once, by the model's chat template, and cut into tokens by itself, as engines
do; the reply's tokens follow, and the token that ends the model's turn, which always has the weight
of the reply's last text. A token of the reply has the weight of the segment in which it starts.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from underdog.core import Example, Message, Prompt
from underdog.core.example import Segment
from underdog.data.dataset.arrow import Table
from underdog.data.dataset.columns import examples_of
from underdog.errors import DataError, ModelFileError
from underdog.models.chat.template import ChatTemplate
from underdog.models.tokenizer.vocabulary import Vocabulary

_KEPT = 8_192
_PROBE = "\u2603 \u2603"


@dataclass(frozen=True, slots=True)
class Encoded:
    """A training item as the trainer feeds it.

    Attributes:
        tokens: Token ids of prompt and reply.
        weights: Loss weight of predicting each token, 0 for the prompt; as many as tokens.
        pool: Name of the pool it came from.
        family: What it practises: its tag `family`; empty without one.
    """

    tokens: tuple[int, ...]
    weights: tuple[float, ...]
    pool: str = ""
    family: str = ""

    @property
    def num_loss_tokens(self) -> int:
        """Tokens that carry loss."""
        return sum(weight > 0 for weight in self.weights)


class Encoder:
    """Turns training items into tokens and weights.

    Args:
        vocabulary: The model's tokenizer.
        template: The model's chat template.
        max_tokens: Longest item in tokens; longer ones are refused, never cut.
        num_known: Number of tokens that the model knows: the rows of its embedding.

    Raises:
        ModelFileError: The tokenizer has no token that ends a turn.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        template: ChatTemplate,
        max_tokens: int,
        num_known: int | None = None,
    ) -> None:
        if not vocabulary.ends:
            raise ModelFileError(
                "the model's tokenizer has no token that ends a turn, so that a trained model "
                "would never stop; name one as eos_token_id in config.json"
            )
        self._vocabulary = vocabulary
        self._template = template
        self._num_known = num_known
        self.max_tokens = max_tokens
        self._counted: dict[tuple[Segment, ...], Encoded] = {}

    @cached_property
    def end(self) -> int:
        """Id of the token that ends the model's turn.

        It is the one that the template writes behind a finished turn; else the model's first.
        """
        turns = (Message("user", "?"), Message("assistant", _PROBE), Message("user", "?"))
        behind = self._template.render(Prompt(turns)).partition(_PROBE)[2]
        written = self._vocabulary.encode(behind)
        found = [token for token in written if token in self._vocabulary.ends]
        return found[0] if found else self._vocabulary.ends[0]

    def encode(self, example: Example, pool: str = "") -> Encoded:
        """Tokens and weights of a training item.

        Raises:
            DataError: The item ends without a reply to learn, or is longer than `max_tokens`.
            ModelFileError: The tokenizer gives a token that the model does not know.
        """
        family = str(example.tags.get("family") or "")
        if counted := self._counted.pop(example.segments, None):
            return replace(counted, pool=pool, family=family)
        read, reply = _divided(example)
        text = "".join(segment.text for segment in reply)
        prompt = self._prompt_tokens(read)
        tokens, starts = self._reply_tokens(text)
        weights = [_weight_at(reply, start) for start in starts]
        whole = (*prompt, *tokens, self.end)
        if len(whole) > self.max_tokens:
            raise DataError(
                f"training item {example.id!r} has {len(whole)} tokens, more than {self.max_tokens}"
                "; raise max_tokens or leave it out"
            )
        if self._num_known is not None and max(whole) >= self._num_known:
            raise ModelFileError(
                f"training item {example.id!r} has token {max(whole)}, but the model knows "
                f"{self._num_known:,} tokens; its tokenizer is another model's"
            )
        return Encoded(whole, (*(0.0 for _ in prompt), *weights, reply[-1].weight), pool, family)

    def count(self, rows: Table) -> list[int]:
        """Tokens of each row as it is fed, and 1 for a row that is left out.

        A mixture that counts so keeps its shares in the tokens that the trainer feeds. The last
        rows counted are kept, so that feeding them does not encode them again.
        """
        return [self._fed(example) for example in examples_of(rows)]

    def _fed(self, example: Example) -> int:
        try:
            found = self.encode(example)
        except DataError:
            return 1
        if len(self._counted) >= _KEPT:
            self._counted.pop(next(iter(self._counted)))
        self._counted[example.segments] = found
        return len(found.tokens)

    def _prompt_tokens(self, messages: Sequence[Message]) -> list[int]:
        key = tuple(messages)
        if not key:
            return self._vocabulary.encode("")
        return self._vocabulary.encode(self._template.render(Prompt(key)))

    def _reply_tokens(self, text: str) -> tuple[list[int], list[int]]:
        """Tokens of the reply, and the offset in characters at which each begins."""
        encoding: Any = self._plain.encode(text, add_special_tokens=False)
        return list(encoding.ids), [start for start, _ in encoding.offsets]

    @cached_property
    def _plain(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer: Any = Tokenizer.from_str(self._vocabulary.tokenizer_json)
        tokenizer.encode_special_tokens = True
        return tokenizer


def check_weights(example: Example) -> None:
    """Refuse loss weights that are negative or no numbers.

    Raises:
        DataError: The item has one.
    """
    for segment in example.segments:
        if not 0 <= segment.weight < math.inf:
            raise DataError(
                f"training item {example.id!r} has a loss weight of {segment.weight!r}; weights "
                "are numbers from 0 on"
            )


def _divided(example: Example) -> tuple[list[Message], list[Segment]]:
    """The turns that are read, and the pieces of the last turn, which is learned."""
    pieces = list(example.segments)
    reply: list[Segment] = []
    while pieces and pieces[-1].role == "assistant":
        reply.insert(0, pieces.pop())
    if not any(piece.weight > 0 and piece.text for piece in reply):
        raise DataError(
            f"training item {example.id!r} does not end with a reply that has a loss weight above 0"
        )
    earlier = Example(example.id, tuple(pieces)).messages if pieces else ()
    return list(earlier), reply


def _weight_at(reply: Sequence[Segment], offset: int) -> float:
    """Weight of the segment that holds a character of the reply."""
    end = 0
    for segment in reply:
        end += len(segment.text)
        if offset < end:
            return segment.weight
    return reply[-1].weight
