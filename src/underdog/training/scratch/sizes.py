"""Sizes of models from scratch by name, and the spec that asks for one: `scratch:1m`.

A size is named by its parameters without the embedding, which is also the output head: how large
that is hangs on the vocabulary. All have the shape of Llama, with as many key heads as query heads.
Heads are 8 to 64 wide; rows of the larger models are multiples of 32, as blocks of GGUF files want.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from underdog.errors import ConfigError, UnknownNameError
from underdog.registry import parse_spec

SPEC = "scratch:"
LEAST_TOKENS = 261
"""Control tokens and single bytes, which every trained vocabulary has."""

_CHARACTERS = "characters"
_PARAMETERS = ("vocabulary", "width", "layers")


@dataclass(frozen=True, slots=True)
class DecoderSize:
    """Extents of a decoder.

    Attributes:
        width: Width of the residual stream.
        layers: Decoder layers.
        inner: Width of the gated MLP; 0 for about 8/3 of the width.
        heads: Attention heads; 0 for heads of 8 to 64, by the width.

    Raises:
        ConfigError: The width cannot be cut into heads of even width.

    Example:
        >>> DecoderSize(width=8, layers=2).num_params(102)
        2520
    """

    width: int
    layers: int
    inner: int = 0
    heads: int = 0

    def __post_init__(self) -> None:
        if self.width < 8 or self.layers < 1 or self.width % 8:
            raise ConfigError(
                f"a model of {self.layers} layers of width {self.width} cannot be made: it needs a "
                "layer, and a width that is a multiple of 8"
            )
        if not self.heads:
            object.__setattr__(self, "heads", max(1, self.width // _head_width(self.width)))
        if not self.inner:
            object.__setattr__(self, "inner", -(-self.width * 8 // 24) * 8)
        if self.width % (2 * self.heads):
            raise ConfigError(f"{self.heads} heads of even width do not fit into {self.width}")

    def num_params(self, num_tokens: int = 0) -> int:
        """Parameters with an embedding of `num_tokens` rows; 0 counts those without it."""
        layer = 4 * self.width**2 + 3 * self.width * self.inner + 2 * self.width
        return self.layers * layer + self.width + num_tokens * self.width

    @property
    def learning_rate(self) -> float:
        """Peak learning rate of AdamW that is sound for this size, when none is asked for."""
        return max(3e-4, min(3e-3, 3e-3 * 128 / self.width))


def _head_width(width: int) -> int:
    """The widest of 64, 32, 16 and 8 that gives at least two heads, and fits."""
    return next((head for head in (64, 32, 16) if not width % head and width >= 4 * head), 8)


SIZES: Mapping[str, DecoderSize] = {
    "6k": DecoderSize(16, 2, 40),
    "42k": DecoderSize(32, 3, 104),
    "133k": DecoderSize(64, 3, 144),
    "0.4m": DecoderSize(96, 4, 224),
    "1m": DecoderSize(128, 5, 352),
    "4m": DecoderSize(256, 5, 704),
    "10m": DecoderSize(384, 6, 960),
    "30m": DecoderSize(512, 10, 1280),
    "100m": DecoderSize(768, 14, 2048),
    "200m": DecoderSize(1024, 16, 2688),
}
"""Sizes by name: parameters without the embedding."""


@dataclass(frozen=True, slots=True)
class ScratchSpec:
    """What a spec asks for.

    Attributes:
        size: Extents of the decoder.
        num_tokens: Tokens of a trained vocabulary at most; 0 for printable characters, untrained.
    """

    size: DecoderSize
    num_tokens: int

    @classmethod
    def of(cls, spec: str) -> "ScratchSpec":
        """Read a spec: `scratch:NAME`, then optionally `vocabulary`, `width` and `layers`.

        Raises:
            UnknownNameError: No such size or parameter.
            ConfigError: A value makes no sense.

        Example:
            >>> ScratchSpec.of("scratch:0.4m,vocabulary=512").num_tokens
            512
        """
        name, _, rest = spec.removeprefix(SPEC).partition(",")
        if name.strip() not in SIZES:
            raise UnknownNameError("size from scratch", name.strip(), SIZES)
        _, given = parse_spec(f"{SPEC}{rest}")
        for key in given:
            if key not in _PARAMETERS:
                raise UnknownNameError("parameter of a model from scratch", key, _PARAMETERS)
        tokens = given.pop("vocabulary", _CHARACTERS)
        if tokens == _CHARACTERS:
            tokens = 0
        elif type(tokens) is not int or tokens < LEAST_TOKENS:
            raise ConfigError(
                f"{spec}: vocabulary is {_CHARACTERS!r} or a number of tokens from {LEAST_TOKENS} "
                f"on (one for each byte), not {tokens!r}"
            )
        return cls(_changed(spec, SIZES[name.strip()], given), int(tokens))


def _changed(spec: str, size: DecoderSize, given: Mapping[str, object]) -> DecoderSize:
    """The size with another width or depth; another width has an MLP and heads of its own."""
    wrong = [key for key, value in given.items() if type(value) is not int]
    if wrong:
        raise ConfigError(f"{spec}: {wrong[0]} is a whole number, not {given[wrong[0]]!r}")
    own = {"inner": 0, "heads": 0} if "width" in given else {}
    return replace(size, **own, **given)  # pyright: ignore[reportArgumentType]
