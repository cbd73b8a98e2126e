"""A tokenizer as GGUF files hold it: tokens, their types, merges or scores, and the cut into words.

GGUF names one of a few cuts, and its readers know what the name stands for; it cannot hold a cut of
its own. A tokenizer is written under a name only if its steps are exactly those of that name, so
that every text has the same tokens in the file as in the folder. One step has no place there and is
left out, as in all such files: Unicode composition (NFC), without which texts in decomposed form
have other tokens.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from underdog.errors import ModelFileError
from underdog.models.tokenizer.pieces import SPACE_MARK, all_merges
from underdog.models.tokenizer.pretokenizers import GPT2, PIECES, PRETOKENIZERS, WHOLE_WORDS
from underdog.models.tokenizer.vocabulary import BYTE_PIECE, Vocabulary

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = 1, 2, 3, 4, 5, 6

_DIGIT = r"\p{N}"


@dataclass(frozen=True, slots=True)
class TokenList:
    """The entries of a GGUF file about its tokenizer.

    Attributes:
        cut: How texts are cut into words: a key of `PRETOKENIZERS`, or `PIECES`.
        names: Token texts by id.
        kinds: Token types by id, as GGUF numbers them.
        merges: Pairs that are joined, first ones first; for byte-level tokenizers.
        scores: Score of every piece; for SentencePiece tokenizers.
        space_first: Whether a space is put in front of every text.
    """

    cut: str
    names: list[str]
    kinds: list[int]
    merges: list[str] = field(default_factory=list[str])
    scores: list[float] = field(default_factory=list[float])
    space_first: bool = False


def token_list(vocabulary: Vocabulary, num_rows: int) -> TokenList:
    """The tokenizer's entries.

    Args:
        vocabulary: The tokenizer.
        num_rows: Rows of the embedding; rows without a token become unused tokens.

    Raises:
        ModelFileError: GGUF files have no place for a tokenizer of this kind.
    """
    whole = json.loads(vocabulary.tokenizer_json)
    model = _entries(whole.get("model"))
    if model.get("type", "BPE") != "BPE":
        raise _no_place(f"{model.get('type')} tokenizers, only byte-pair ones")
    _check_added(whole.get("added_tokens") or [])
    for entry in ("continuing_subword_prefix", "end_of_word_suffix"):
        if model.get(entry):
            raise _no_place(f"a {entry}")
    names = _names(model, whole, num_rows)
    kinds = _kinds(vocabulary, names, model.get("unk_token"))
    filled = [f"[PAD{token}]" if name is None else name for token, name in enumerate(names)]
    if vocabulary.spaced:
        scores = _scores(model, filled, kinds)
        return TokenList(PIECES, filled, kinds, scores=scores, space_first=_space_first(whole))
    cut = _cut(whole, model)
    return TokenList(cut, filled, kinds, [_spelt(pair) for pair in _pairs(model)])


def _names(model: Mapping[str, Any], whole: Mapping[str, Any], num_rows: int) -> list[str | None]:
    names: list[str | None] = [None] * num_rows
    listed = cast("list[dict[str, Any]]", whole.get("added_tokens") or [])
    added = {str(entry["content"]): int(entry["id"]) for entry in listed}
    for name, token in (*_entries(model.get("vocab")).items(), *added.items()):
        if token < num_rows:
            names[token] = name
    if len(set(names) - {None}) < sum(name is not None for name in names):
        raise _no_place("two tokens of one name")
    return names


def _kinds(vocabulary: Vocabulary, names: Sequence[str | None], unknown: str | None) -> list[int]:
    control, literal = frozenset(vocabulary.control), frozenset(vocabulary.literal)

    def kind(token: int, name: str | None) -> int:
        if name is None:
            return UNUSED
        if vocabulary.spaced and name == unknown:
            return UNKNOWN
        if token in control:
            return CONTROL
        if token in literal:
            return USER_DEFINED
        return BYTE if vocabulary.spaced and BYTE_PIECE.fullmatch(name) else NORMAL

    return [kind(token, name) for token, name in enumerate(names)]


def _cut(whole: Mapping[str, Any], model: Mapping[str, Any]) -> str:
    """Name of the cut into words."""
    if model.get("byte_fallback") or _steps(whole, "normalizer", "NFC"):
        raise _no_place("a normaliser of bytes or of anything but Unicode composition")
    patterns: list[str] = []
    for step in _steps(whole, "pre_tokenizer"):
        patterns += _patterns(step)
    by_patterns = {patterns_of: name for name, patterns_of in PRETOKENIZERS.items()}
    name = by_patterns.get(tuple(patterns))
    if name is None:
        raise _no_place(f"words cut by {', '.join(map(repr, patterns)) or 'nothing'}")
    if bool(model.get("ignore_merges")) != (name in WHOLE_WORDS):
        raise _no_place(f"ignore_merges={model.get('ignore_merges')} for words cut as {name}")
    return name


def _patterns(step: Mapping[str, Any]) -> list[str]:
    """The patterns by which a step of a pre-tokenizer cuts words."""
    kind = step.get("type")
    if kind == "Digits" and step.get("individual_digits"):
        return [_DIGIT]
    if kind == "ByteLevel" and not step.get("add_prefix_space", True):
        return [GPT2] if step.get("use_regex", True) else []
    isolated = step.get("behavior") == "Isolated" and not step.get("invert")
    pattern = _entries(step.get("pattern")).get("Regex")
    if kind == "Split" and isolated and isinstance(pattern, str):
        return [pattern]
    raise _no_place(f"the pre-tokenizer's step {json.dumps(step)[:120]}")


def _space_first(whole: Mapping[str, Any]) -> bool:
    """Whether a SentencePiece tokenizer puts a space in front of a text."""
    replaced = {"type": "Replace", "pattern": {"String": " "}, "content": SPACE_MARK}
    prepended = {"type": "Prepend", "prepend": SPACE_MARK}
    steps = [*_steps(whole, "normalizer"), *_steps(whole, "pre_tokenizer")]
    if steps == [prepended, replaced]:
        return True
    if steps == [replaced]:
        return False
    if len(steps) == 1 and steps[0].get("type") == "Metaspace" and not steps[0].get("split", True):
        scheme = steps[0].get("prepend_scheme", "always")
        if steps[0].get("replacement") == SPACE_MARK and scheme in ("always", "never"):
            return scheme == "always"
    raise _no_place(f"the steps {json.dumps(steps)[:160]} for SentencePiece tokenizers")


def _scores(model: Mapping[str, Any], names: Sequence[str], kinds: Sequence[int]) -> list[float]:
    """A score for every piece, by which pieces are joined in the order of the merges.

    A file joins two pieces whenever their text is a piece, so that merges that leave out a way to
    cut a piece in two cannot be told.
    """
    cuts: dict[str, set[tuple[str, str]]] = {}
    for left, right in _pairs(model):
        cuts.setdefault(left + right, set()).add((left, right))
    ranks = {name: rank for rank, name in enumerate(cuts)}
    scores = [-float(ranks.get(name, len(ranks))) for name in names]
    plain = (place for place, kind in enumerate(kinds) if kind == NORMAL)
    joined = {names[place]: (-scores[place], place) for place in plain}
    wanted: dict[str, set[tuple[str, str]]] = {}
    for left, right in all_merges(joined):
        wanted.setdefault(left + right, set()).add((left, right))
    if list(wanted) != list(cuts) or wanted != cuts:
        raise _no_place("merges that are not those of SentencePiece for byte-fallback tokenizers")
    return scores


def _check_added(added: Iterable[Mapping[str, Any]]) -> None:
    for token in added:
        flags = [flag for flag in ("lstrip", "rstrip", "single_word") if token.get(flag)]
        if flags:
            raise _no_place(f"{flags[0]} of the token {str(token.get('content'))[:40]!r}")


def _steps(whole: Mapping[str, Any], part: str, but: str | None = None) -> list[Mapping[str, Any]]:
    """The steps of a normaliser or pre-tokenizer, one sequence unfolded, without those named."""
    given = _entries(whole.get(part))
    inner = given.get("normalizers") or given.get("pretokenizers")
    listed = cast("list[Any]", inner) if isinstance(inner, list) else [given]
    steps = [_entries(step) for step in listed]
    return [step for step in steps if step and step.get("type") != but]


def _pairs(model: Mapping[str, Any]) -> list[tuple[str, str]]:
    merges = cast("list[Any]", model.get("merges") or [])
    split = [merge.split(" ") if isinstance(merge, str) else merge for merge in merges]
    return [(str(left), str(right)) for left, right in split]


def _spelt(pair: tuple[str, str]) -> str:
    if any(" " in half for half in pair):
        raise _no_place(f"the merge of {pair[0]!r} and {pair[1]!r}, which has a space in it")
    return " ".join(pair)


def _entries(given: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", given) if isinstance(given, dict) else {}


def _no_place(what: str) -> ModelFileError:
    return ModelFileError(
        f"GGUF files have no place for {what}; keep the model as a folder, which transformers and "
        "the openvino engine open"
    )
