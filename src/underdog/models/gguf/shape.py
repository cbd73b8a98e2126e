"""A decoder's architecture from the metadata of a GGUF file."""

from underdog.errors import ModelFileError
from underdog.models.architecture import Architecture, Layer, Rope, checked
from underdog.models.entries import MOST_LAYERS, Entries
from underdog.models.families import ModelFamily, family_of
from underdog.models.gguf.header import GgufHeader

ROPE_DIVISORS = "rope_freqs.weight"
"""Name of the tensor of rotary divisors, in files that carry one."""

_UNSUPPORTED = ("expert_count", "attn_logit_softcapping", "final_logit_softcapping")
_GEMMA3_27B_LAYERS = 62


def read_architecture(header: GgufHeader, divisors: tuple[float, ...] = ()) -> Architecture:
    """The architecture of a GGUF file.

    Args:
        header: The file's header.
        divisors: Values of the file's tensor of rotary divisors, where it has one; without them
            the architecture serves to judge whether the file is supported, not to run it.

    Raises:
        ModelFileError: The family or a part of the model is not supported, or a size is missing or
            inconsistent.
    """
    name = header.architecture
    family = family_of(name)
    get = Entries(header.metadata, f"{name}.")
    _check_supported(header, get)
    heads = get.whole("attention.head_count")
    hidden = get.whole("embedding_length")
    rotated = get.whole("rope.dimension_count", max(1, hidden // heads))
    head_size = get.whole("attention.key_length", rotated)
    if get.whole("rope.dimension_count", head_size) != head_size:
        raise ModelFileError(
            f"the model rotates {rotated} of {head_size} entries of a head; the openvino engine "
            "rotates all of them, so use the llama_cpp engine"
        )
    num_layers = get.whole("block_count", most=MOST_LAYERS)
    return checked(
        Architecture(
            family=name,
            hidden_size=hidden,
            num_heads=heads,
            num_kv_heads=get.whole("attention.head_count_kv", heads),
            head_size=head_size,
            norm_epsilon=get.real("attention.layer_norm_rms_epsilon", 1e-5),
            attention_scale=_attention_scale(get, name, num_layers, hidden // heads, head_size),
            layers=_layers(get, family, num_layers, divisors, head_size // 2),
            interleaved=family.interleaved,
            qk_norm=family.qk_norm,
            post_norms=family.post_norms,
            activation=family.activation,
            embedding_scale=hidden**0.5 if family.scaled_embedding else 1.0,
        )
    )


def _check_supported(header: GgufHeader, get: Entries) -> None:
    for name in _UNSUPPORTED:
        if get.given(name):
            raise ModelFileError(
                f"the model has {get.prefix}{name}, which the openvino engine does not compute; "
                "use the llama_cpp engine"
            )
    pattern = f"{get.prefix}attention.sliding_window_pattern"
    if pattern in header.arrays_at or get.given("attention.value_length") not in (
        None,
        get.given("attention.key_length"),
    ):
        raise ModelFileError(
            "the model lists its sliding windows layer by layer or has values of another width "
            "than keys, which the openvino engine does not read; use the llama_cpp engine"
        )


def _attention_scale(
    get: Entries, name: str, num_layers: int, width_per_head: int, head_size: int
) -> float:
    """Factor of attention scores: 1/sqrt(head size) unless the file or family sets another."""
    exception = name == "gemma3" and num_layers == _GEMMA3_27B_LAYERS
    return get.real("attention.scale", (width_per_head if exception else head_size) ** -0.5)


def _layers(
    get: Entries, family: ModelFamily, num_layers: int, divisors: tuple[float, ...], pairs: int
) -> tuple[Layer, ...]:
    factor = _linear(get)
    stretched = tuple(factor * divisor for divisor in divisors or (1.0,) * pairs)
    scaled = bool(divisors) or factor != 1.0
    rope = Rope(get.real("rope.freq_base", family.rope_base), stretched if scaled else ())
    near = rope
    if family.window_rope_base:
        near = Rope(get.real("rope.freq_base_swa", family.window_rope_base))
    window = get.whole("attention.sliding_window", 0, least=0)
    every = get.whole("attention.sliding_window_pattern", family.whole_every, least=0)

    def layer(place: int) -> Layer:
        if family.unrotated_every and place % family.unrotated_every == 0:
            return Layer(None)
        if not window or (every and place % every == 0):
            return Layer(rope)
        return Layer(near, window)

    return tuple(layer(place) for place in range(1, num_layers + 1))


def _linear(get: Entries) -> float:
    """Common divisor of all rotary frequencies; 1 without scaling.

    As in llama.cpp: scaling is linear unless `rope.scaling.type` says otherwise, and its factor is
    `rope.scaling.factor` or, in older files, `rope.scale_linear`; 0 stands for none.
    """
    kind = get.given("rope.scaling.type")
    if kind not in (None, "none", "linear"):
        raise ModelFileError(
            f"the openvino engine stretches rotary frequencies as 'linear' or by a tensor "
            f"{ROPE_DIVISORS}, not as {kind!r}; use the llama_cpp engine"
        )
    if get.given("rope.scaling.attn_factor") not in (None, 0, 1) or get.given(
        "rope.scaling.yarn_ext_factor"
    ) not in (None, 0):
        raise ModelFileError(
            "the model changes the attention's temperature with its rotary scaling, which the "
            "openvino engine does not compute; use the llama_cpp engine"
        )
    if kind == "none":
        return 1.0
    names = ("rope.scaling.factor", "rope.scale_linear")
    given = next((name for name in names if get.given(name) is not None), names[0])
    return 1.0 if get.given(given) in (None, 0) else get.real(given, 1.0)
