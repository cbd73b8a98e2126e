"""The metadata of an exported GGUF file: sizes, rotary embedding, tokenizer, template, origin."""

from typing import Any

from underdog.errors import ModelFileError
from underdog.models.architecture import Architecture, Rope
from underdog.models.chat.template import ChatTemplate
from underdog.models.chat.template_source import template_source
from underdog.models.exporting.origin import Origin
from underdog.models.exporting.token_list import TokenList
from underdog.models.tokenizer.pretokenizers import PIECES
from underdog.models.tokenizer.turn_ends import FILE_ENDS, ends_turn
from underdog.models.tokenizer.vocabulary import Vocabulary

_FURTHER_ROLES = ("add_eot_token_id", "add_eom_token_id")


def add_sizes(
    writer: Any, shape: Architecture, context_tokens: int, mlp_size: int, num_rows: int
) -> None:
    """Add what a reader needs to build the model.

    Args:
        writer: A `gguf.GGUFWriter`.
        shape: The architecture.
        context_tokens: Context length in tokens.
        mlp_size: Width of the MLP.
        num_rows: Rows of the embedding.

    Raises:
        ModelFileError: GGUF files have no place for the rotary scaling.
    """
    writer.add_block_count(shape.num_layers)
    writer.add_context_length(context_tokens)
    writer.add_embedding_length(shape.hidden_size)
    writer.add_feed_forward_length(mlp_size)
    writer.add_head_count(shape.num_heads)
    writer.add_head_count_kv(shape.num_kv_heads)
    writer.add_key_length(shape.head_size)
    writer.add_value_length(shape.head_size)
    writer.add_layer_norm_rms_eps(shape.norm_epsilon)
    writer.add_vocab_size(num_rows)
    writer.add_rope_dimension_count(shape.head_size)
    [rope] = shape.ropes
    writer.add_rope_freq_base(rope.base)
    if factor := linear_factor(rope):
        from gguf import RopeScalingType

        writer.add_rope_scaling_type(RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(factor)


def linear_factor(rope: Rope) -> float:
    """The one divisor of all rotary frequencies; 0 when there is none or there are several."""
    return rope.divisors[0] if len(set(rope.divisors)) == 1 else 0.0


def add_tokenizer(
    writer: Any, tokens: TokenList, vocabulary: Vocabulary, template: ChatTemplate
) -> None:
    """Add the tokenizer, the ids of special tokens and the chat template.

    Args:
        writer: A `gguf.GGUFWriter`.
        tokens: The tokens.
        vocabulary: The tokenizer they come from.
        template: The chat template, whose end token ends a sequence where the tokenizer has it.

    Raises:
        ModelFileError: More tokens end a turn than the file has places for.
    """
    pieces = tokens.cut == PIECES
    writer.add_tokenizer_model("llama" if pieces else "gpt2")
    writer.add_tokenizer_pre("default" if pieces else tokens.cut)
    writer.add_token_list(tokens.names)
    writer.add_token_types(tokens.kinds)
    if pieces:
        writer.add_token_scores(tokens.scores)
        writer.add_add_space_prefix(tokens.space_first)
    else:
        writer.add_token_merges(tokens.merges)
    _add_special_tokens(writer, tokens, vocabulary, template)
    if source := template_source(template):
        writer.add_chat_template(source)


def _add_special_tokens(
    writer: Any, tokens: TokenList, vocabulary: Vocabulary, template: ChatTemplate
) -> None:
    ids = {name: token for token, name in enumerate(tokens.names)}
    ends = [token for token in vocabulary.ends if token < len(tokens.names)]
    if not ends:
        raise ModelFileError(
            "the model's tokenizer has no token that ends a turn; name one as eos_token_id in "
            "config.json"
        )
    told = ids.get(template.eos_token or "")
    last = told if told in ends else ends[0]
    begin = ids.get(template.bos_token or "") if vocabulary.bos is None else vocabulary.bos
    writer.add_eos_token_id(last)
    writer.add_bos_token_id(last if begin is None else begin)
    writer.add_add_bos_token(vocabulary.bos is not None)
    writer.add_add_eos_token(False)
    for role, add in (("unk_token", "add_unk_token_id"), ("pad_token", "add_pad_token_id")):
        token = ids.get(dict(template.other_tokens).get(role, ""))
        if token is not None:
            getattr(writer, add)(token)
    control = frozenset(vocabulary.control)
    unnamed = [
        token
        for token in ends
        if token != last
        and tokens.names[token] not in FILE_ENDS
        and not ends_turn(tokens.names[token], ids, control=token in control)
    ]
    if len(unnamed) > len(_FURTHER_ROLES):
        raise ModelFileError(
            f"{len(unnamed) + 1} tokens end a turn, but a GGUF file has places for "
            f"{len(_FURTHER_ROLES) + 1}; name fewer as eos_token_id in config.json"
        )
    for add, token in zip(_FURTHER_ROLES, unnamed, strict=False):
        getattr(writer, add)(token)


def add_origin(writer: Any, origin: Origin) -> None:
    """Add what is known of the model's name, licence, base and source."""
    writer.add_type("model")
    if origin.name:
        writer.add_name(origin.name)
    if origin.licence:
        writer.add_license(origin.licence)
    if origin.source:
        writer.add_source_url(origin.source)
    if origin.base:
        writer.add_base_model_count(1)
        writer.add_base_model_name(0, origin.base)
