r"""Whether the openvino engine cuts texts into the tokens that llama.cpp and transformers cut.

    python benchmarks/engine_tokens.py model.gguf other.gguf --texts 3000

Texts are drawn from a seed: words and code in many scripts, digits, runs of spaces, line ends,
accents both composed and combined, emoji, control characters, names of the model's own special
tokens, and any mixture of these; one text is empty. Each is cut twice, with names of special tokens
meaning these tokens and, where the reference can, without. It is also checked that the tokens'
bytes are the text again. Prints one table row per model and reference, and the first differences.
"""

import argparse
import asyncio
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from underdog.engines.llama_cpp.server_process import LlamaProcess
from underdog.models.loading import open_model
from underdog.models.tokenizer.vocabulary import Vocabulary

_WORDS = """the answer is What's I'm we'LL they'VE can't don’t NASA camelCase snake_case HTTP/1.1
Ärger naïve façade coöperate Straße señor żółć İstanbul ﬁne Ωmega Привет мир שלום مرحبا
नमस्ते สวัสดี こんにちは 世界 汉字 한국어 ქართული 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 ½ ² ٣٤ Ⅷ 👍🏽 👨‍👩‍👧 🇩🇪 🐎 ™ … “quoted”
– — → ≠ ∑ √2 €5 #1 @you"""
_COMBINED = "e\u0301 n\u0303 a\u0308\u0323"
_DIGITS = "0 7 12 345 2024 1234567 3.14159 1,000,000 -42 1e-9 0x1F"
_MARKS = r"""
. , ; : ! ? ... () [] {} <> <= == != += -> => // /* */ # $ % & * @ ` ``` ~ ^ | \ ' " '' -- ----
==== ____ **** </ /> <b> </h1> <td> && || :: \n \u0041 ▁ ▁▁ Ġ <0x0A> <0xE2>"""
_ODD = (
    "\x00\x01\x07\x08\x1b\x1f\x7f\x80\x9f\ufeff\ufffd\ufffe\u200d\u202e\u0301\ue000\u0378\ud7ff"
    "\u1160\ufe0f\U000e0041\U0010ffff\U0001f9ff"
)
_SPACES = (
    *(" " * count for count in (1, 2, 3, 4, 7, 16, 33, 70)),
    *("\n" * count for count in (1, 2, 3, 9, 40)),
    *("\t" * count for count in (1, 2, 12)),
    *("\r\n", "\r", " \n", "\n ", " \t ", "\x0b", "\x0c"),
    *"\u0085\u00a0\u2003\u2028\u200b\u3000",
)
_CODE = (
    "def f(x):\n    return x ** 2\n",
    "for (int i = 0; i < n; ++i) {\n\ta[i] += 1;\n}\n",
    "SELECT * FROM t WHERE a='b';",
    '{"key": [1, 2.5, null], "ü": "\\u00fc"}',
    '<a href="x">y</a>',
    "import os\n\n\nclass A:\n\n    pass\n",
    "$x^2 + \\frac{1}{2}$",
    "a\n\n\n\n        b",
    "x=1;y=2\r\n",
)
_WORDS_OF_ALL_SORTS = (*_WORDS.split(), *_COMBINED.split())
_BLOCKS = (0x20, 0xA0, 0x370, 0x590, 0x900, 0x2000, 0x3040, 0x4E00, 0xAC00, 0x1F300)


@dataclass(frozen=True, slots=True)
class Case:
    """A text, and whether names of special tokens in it mean these tokens."""

    text: str
    special: bool


def main() -> None:
    """Print one table row per model and reference."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("models", nargs="+", type=Path, help="GGUF files")
    parser.add_argument("--texts", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shown", type=int, default=5, help="most differences to print")
    options = parser.parse_args()
    print("| model | reference | texts | cut alike | bytes back |")
    print("| --- | --- | --- | --- | --- |")
    for path in options.models:
        vocabulary = open_model(path, "", 64).open_vocabulary()
        texts = list(drawn(random.Random(options.seed), options.texts, named(vocabulary)))
        plain = [Case(text, special=False) for text in texts]
        both = [*plain, *(Case(text, special=True) for text in texts)]
        whole = sum(back(vocabulary, case.text) for case in plain)
        for name, theirs in (
            ("llama.cpp", asyncio.run(llama_tokens(path, both))),
            ("transformers", transformers_tokens(path, both)),
        ):
            wrong = list(differing(vocabulary, both, theirs))
            alike = f"{len(both) - len(wrong)} of {len(both)}"
            print(f"| {path.stem} | {name} | {len(texts)} | {alike} | {whole} |", flush=True)
            for lines in wrong[: options.shown]:
                print(lines)


def differing(
    vocabulary: Vocabulary, cases: Sequence[Case], theirs: Sequence[list[int]]
) -> Iterator[str]:
    """What is cut in another way, with both ways."""
    for case, other in zip(cases, theirs, strict=True):
        ours = vocabulary.encode(case.text, special=case.special)
        if ours != other:
            yield f"  {case!r}\n    ours   {ours}\n    theirs {other}"


def named(vocabulary: Vocabulary) -> list[str]:
    """Names of special tokens, and of tokens that stand for their own characters."""
    described = json.loads(vocabulary.tokenizer_json)["added_tokens"]
    special = [entry["content"] for entry in described if entry["special"]]
    return special[:40] + [entry["content"] for entry in described if not entry["special"]]


def drawn(rng: random.Random, count: int, names: Sequence[str]) -> Iterator[str]:
    """Texts of all sorts."""
    words = _WORDS_OF_ALL_SORTS
    sorts = (words, _DIGITS.split(), _SPACES, _MARKS.split(), _ODD, _CODE, tuple(names) or words)
    yield ""
    alone = [part for sort in sorts for part in sort]
    yield from alone[: count - 1]
    for _ in range(count - 1 - len(alone)):
        weights = [rng.random() ** 3 for _ in sorts]
        glue = rng.choice(["", "", " ", " ", "  ", "\n"])
        chosen = rng.choices(sorts, weights, k=rng.randint(1, 12))
        parts = [any_letters(rng) if rng.random() < 0.1 else rng.choice(sort) for sort in chosen]
        yield glue.join(parts)


def any_letters(rng: random.Random) -> str:
    """A few characters out of one block of Unicode."""
    start = rng.choice(_BLOCKS)
    return "".join(chr(start + rng.randrange(0x80)) for _ in range(rng.randint(1, 6)))


def back(vocabulary: Vocabulary, text: str) -> bool:
    """Whether a text's tokens have its bytes; a space that is put in front is allowed for."""
    tokens = vocabulary.encode(text, special=False)
    return b"".join(vocabulary.token_bytes[t] for t in tokens).removeprefix(b" ") == (
        text.encode().removeprefix(b" ")
    )


async def llama_tokens(path: Path, cases: Sequence[Case]) -> list[list[int]]:
    """Tokens by llama.cpp."""
    process = LlamaProcess(path, 1, 64, 1)
    try:
        return [await process.tokenize(case.text, special=case.special) for case in cases]
    finally:
        await process.aclose()


def transformers_tokens(path: Path, cases: Sequence[Case]) -> list[list[int]]:
    """Tokens by transformers' conversion of the file's tokenizer."""
    import transformers

    library: Any = transformers
    tokenizer = library.AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
    return [
        tokenizer(
            case.text, add_special_tokens=case.special, split_special_tokens=not case.special
        )["input_ids"]
        for case in cases
    ]


if __name__ == "__main__":
    main()
