"""The data sets of the reasoning-gym package as families, with our seeds and splits.

The package seeds item i with seed + i, so neighbouring seeds share almost all items; here every
item gets a seed of its own, and its split follows from its text. The package gives no solution
steps, so only the answer is rendered. Data sets with many right answers (`countdown`, `sokoban`, …)
are graded against the one answer that the package gives: fine for training, harsh as a test.
"""

from collections.abc import Callable
from hashlib import blake2b
from importlib import import_module
from random import Random
from typing import Any

from underdog.core.item import Draft, Step
from underdog.errors import ConfigError, MissingExtraError, UnknownNameError
from underdog.generators import families
from underdog.grading.numerals import read_number

_EVALUATION_ONLY = (
    "reasoning-gym's gsm_symbolic is refused: its templates come from GSM8K's test split, so "
    "training on it spoils GSM8K; take the family 'words' instead"
)
_WITHOUT_ANSWER = frozenset(
    {"boxnet", "graph_color", "propositional_logic", "rubiks_cube", "rush_hour"}
)
_SEEDED_WHEN_MADE = frozenset({"acre", "list_functions", "survo"})
_SEED_BITS = 62
_PROBES = 8


@families.register("reasoning_gym")
class ReasoningGym:
    """One data set of the reasoning-gym package.

    Args:
        dataset: Name of the data set in the package, such as `gcd`.

    Raises:
        MissingExtraError: The package is not installed.
        UnknownNameError: The package has no such data set.
        ConfigError: The data set cannot be used: it is made from a benchmark's test split, gives no
            answer, or only combines others.
    """

    version = 1
    forms = ("answer",)

    def __init__(self, dataset: str = "chain_sum") -> None:
        self.name = f"reasoning_gym:dataset={dataset}"
        self._dataset = dataset
        self._make = _maker(dataset)
        self._made = self._make(0)
        self.checker = self._fitting_checker()

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one item of the data set, without steps."""
        question, answer = self._item(rng.getrandbits(_SEED_BITS))
        digest = blake2b(question.encode(), digest_size=16).hexdigest()
        return Draft(
            question,
            answer,
            (Step("answer", repr(answer), answer),),
            f"reasoning_gym:{self._dataset},{digest}",
            0.0,
            {"dataset": self._dataset},
        )

    def _item(self, seed: int) -> tuple[str, str]:
        if self._dataset in _SEEDED_WHEN_MADE:
            self._made = self._make(seed)
        self._made.seed = seed
        entry = self._made[0]
        return str(entry["question"]), str(entry["answer"])

    def _fitting_checker(self) -> str:
        """The checker `numeric` if the answers of a few items are numbers, else `exact`."""
        answers = [self._item(seed)[1] for seed in range(_PROBES)]
        return "numeric" if all(read_number(answer) is not None for answer in answers) else "exact"


def _maker(dataset: str) -> Callable[[int], Any]:
    """A function from a seed to the package's data set with one item."""
    if dataset == "gsm_symbolic":
        raise ConfigError(_EVALUATION_ONLY)
    if dataset in _WITHOUT_ANSWER or dataset == "composite":
        reason = "only combines others" if dataset == "composite" else "gives no answer"
        raise ConfigError(f"reasoning-gym's {dataset} {reason}; choose another data set")
    try:
        factory = import_module("reasoning_gym.factory")
    except ImportError as error:
        raise MissingExtraError("reasoning-gym", "reasoning-gym") from error
    if dataset not in factory.DATASETS:
        raise UnknownNameError("reasoning-gym data set", dataset, factory.DATASETS)
    return lambda seed: factory.create_dataset(dataset, seed=seed, size=1)
