"""Constraints as masks: what may come next, and what is refused."""

import re
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from underdog.core import Choices, Constraint, Grammar, JsonSchema, Regex
from underdog.engines.shaping.constraints import (
    ConstraintCompiler,
    Matcher,
    byte_tokenizer,
    literal,
)
from underdog.errors import MissingExtraError, UsageError

pytest.importorskip("llguidance")

END = 256


class Bytes:
    """A vocabulary of all bytes, one end token and a few words."""

    token_bytes = (*(bytes([value]) for value in range(256)), b"", b"true", b'{"', "é".encode())
    ends = (END,)

    def encode(self, text: str, *, special: bool = True) -> list[int]:
        return list(text.encode())


COMPILER = ConstraintCompiler(lambda: byte_tokenizer(Bytes()))
OBJECT = JsonSchema.of(
    {
        "type": "object",
        "properties": {"a": {"type": "integer"}},
        "required": ["a"],
        "additionalProperties": False,
    }
)


def follow(matcher: Matcher, text: str) -> list[bool]:
    """Feed a text byte by byte; whether it was complete after each."""
    done = []
    for value in text.encode():
        assert matcher.mask()[value], f"{bytes([value])!r} is not allowed in {text!r}"
        done.append(matcher.accept(value))
    return done


def allowed(matcher: Matcher) -> set[bytes]:
    return {Bytes.token_bytes[token] for token in matcher.mask().nonzero()[0]}


@pytest.mark.parametrize(
    ("constraint", "first"),
    [
        (Regex("[xy]z|é"), {b"x", b"y", b"\xc3", "é".encode()}),
        (JsonSchema('{"type": "boolean"}'), {b"t", b"f", b"true"}),
        (Grammar('start: "x" start | "y"'), {b"x", b"y"}),
        (Choices(("true", "f*")), {b"t", b"f", b"true"}),
    ],
)
def test_the_first_tokens_are_those_that_can_begin_a_reply(
    constraint: Constraint, first: set[bytes]
) -> None:
    assert allowed(COMPILER.matcher(constraint)) == first


def test_a_reply_is_complete_when_nothing_may_follow() -> None:
    assert follow(COMPILER.matcher(Choices(("ab", "ac"))), "ab") == [False, True]
    open_ended = COMPILER.matcher(Regex("a+"))
    assert follow(open_ended, "aa") == [False, False]
    assert allowed(open_ended) == {b"a", b""}
    assert open_ended.mask()[END]


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12))
def test_a_choice_is_spelt_out_whatever_its_letters(text: str) -> None:
    assert follow(COMPILER.matcher(Choices((text,))), text)[-1]
    assert re.fullmatch(literal(text), text)


def test_white_space_in_json_ends_at_last() -> None:
    matcher = COMPILER.matcher(OBJECT)
    follow(matcher, "{" + "\n" + " " * 15)
    assert b" " not in allowed(matcher)
    assert follow(matcher, '"a": 12}')[-1]


def test_matchers_of_one_constraint_go_their_own_ways() -> None:
    first, second = (COMPILER.matcher(Regex("ab|cd")) for _ in range(2))
    first.accept(ord("a"))
    branch = first.fresh()
    first.accept(ord("b"))
    assert allowed(branch) == {b"b"}
    assert allowed(second) == {b"a", b"c"}


def test_a_matcher_that_was_given_what_it_forbids_allows_nothing_more() -> None:
    matcher = COMPILER.matcher(Regex("ab"))
    assert not matcher.accept(ord("z"))
    assert matcher.error
    assert not matcher.mask().any()


@pytest.mark.parametrize(
    ("constraint", "message"),
    [
        (Regex("(a"), "unclosed group"),
        (Grammar("start: missing"), "unknown name"),
        (Grammar(""), "Empty grammar"),
        (JsonSchema("{"), "Expecting property name"),
        (JsonSchema('{"type": "odd"}'), "Invalid type"),
        (JsonSchema('{"type": "array", "uniqueItems": true}'), "uniqueItems"),
        (JsonSchema("[" * 100_000), "recursion"),
        (Choices(()), "one text or more"),
        (Choices(("a", "")), "none empty"),
    ],
)
def test_what_cannot_be_enforced_is_refused_with_the_compilers_words(
    constraint: Constraint, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        COMPILER.matcher(constraint)


def test_old_constraints_are_forgotten_and_compiled_again() -> None:
    compiler = ConstraintCompiler(lambda: byte_tokenizer(Bytes()))
    for count in range(70):
        compiler.matcher(Regex(f"a{{{count + 1}}}"))
    assert len(compiler._compiled) == 64  # pyright: ignore[reportPrivateUsage]
    assert follow(compiler.matcher(Regex("a{1}")), "a") == [True]


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "llguidance", None)
    with pytest.raises(MissingExtraError, match="underdog\\[constraints\\]"):
        ConstraintCompiler(lambda: byte_tokenizer(Bytes())).matcher(Regex("a"))
