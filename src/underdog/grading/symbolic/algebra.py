"""Sympy and math-verify's parser, as untyped as they are; nothing else here imports them."""

import importlib
from typing import Any, TypeAlias, cast

import math_verify
import sympy as _sympy

Expression: TypeAlias = Any

sympy = cast(Any, _sympy)
_math_verify = cast(Any, math_verify)
_PARSER = cast(Any, importlib.import_module("math_verify.parser"))
_NORMALISING = _PARSER.NormalizationConfig(
    basic_latex=True,
    units=False,  # it takes a bare m, s or g for a unit, even where it is the variable
    malformed_operators=True,
    nits=True,
    boxed="all",
    equations=False,
)
_LATEX = [_PARSER.LatexExtractionConfig(normalization_config=_NORMALISING)]


def parsed(text: str) -> list[Expression]:
    """What math-verify's parser makes of a LaTeX formula; empty when it makes nothing of it."""
    return _math_verify.parse(
        f"${text}$", extraction_config=_LATEX, fallback_mode="no_fallback", parsing_timeout=None
    )


def verified(gold: list[Expression], answer: list[Expression]) -> bool:
    """Math-verify's verdict on two parsed formulas; not symmetric."""
    return bool(_math_verify.verify(gold, answer, timeout_seconds=None))
