"""The exception tree and its messages."""

import inspect

from underdog import errors


def exceptions() -> list[type[Exception]]:
    found = inspect.getmembers(errors, inspect.isclass)
    return [kind for _, kind in found if issubclass(kind, Exception)]


def test_every_error_is_an_underdog_error() -> None:
    assert all(issubclass(kind, errors.UnderdogError) for kind in exceptions())


def test_every_error_stands_in_the_tree_that_the_module_draws() -> None:
    drawn = errors.__doc__ or ""
    assert all(kind.__name__ in drawn for kind in exceptions())


def test_an_unknown_name_offers_the_nearest() -> None:
    error = errors.UnknownNameError("strategy", "majorty", ["greedy", "majority"])
    assert str(error) == "unknown strategy 'majorty'; did you mean majority?"


def test_an_unknown_name_without_neighbours_lists_what_is_known() -> None:
    error = errors.UnknownNameError("strategy", "zzz", ["majority", "greedy"], hint="See the docs.")
    assert str(error) == "unknown strategy 'zzz'; known: greedy, majority See the docs."


def test_a_missing_extra_says_how_to_install_it() -> None:
    error = errors.MissingExtraError("torch", "transformers")
    assert str(error) == "torch is not installed; run: pip install 'underdog[transformers]'"
    assert error.extra == "transformers"
