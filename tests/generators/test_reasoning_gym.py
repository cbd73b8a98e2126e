"""The adapter reseeds by hashing, and refuses what would spoil a benchmark."""

import sys
from itertools import islice
from types import ModuleType

import pytest

from underdog.errors import ConfigError, MissingExtraError, UnknownNameError
from underdog.generators import families
from underdog.generators.drawing import generate, split_of


class Counting:
    """A data set like the package's: item i of seed s shows s + i."""

    def __init__(self, seed: int, word: str = "") -> None:
        self.seed, self.word = seed, word

    def __getitem__(self, index: int) -> dict[str, str]:
        number = self.seed + index
        return {"question": f"Say {number}.", "answer": self.word or str(number)}


class SeededWhenMade(Counting):
    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.made = seed

    def __getitem__(self, index: int) -> dict[str, str]:
        return {"question": f"Say {self.made}.", "answer": str(self.made)}


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> None:
    factory = ModuleType("reasoning_gym.factory")
    makers = {
        "chain_sum": Counting,
        "word_sorting": lambda seed: Counting(seed, "a, b"),
        "survo": SeededWhenMade,
    }
    factory.DATASETS = makers
    factory.create_dataset = lambda name, seed, size: makers[name](seed)
    monkeypatch.setitem(sys.modules, "reasoning_gym", ModuleType("reasoning_gym"))
    monkeypatch.setitem(sys.modules, "reasoning_gym.factory", factory)


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "reasoning_gym.factory", None)
    with pytest.raises(MissingExtraError, match=r"underdog\[reasoning-gym\]"):
        families.create("reasoning_gym")


@pytest.mark.parametrize("dataset", ["chain_sum", "survo"])
def test_items_of_neighbouring_seeds_are_not_shared(dataset: str, package: None) -> None:
    family = families.create(f"reasoning_gym:dataset={dataset}")
    streams = [[i.key for i in islice(generate(family, "train", seed), 50)] for seed in (1, 2)]
    assert not set(streams[0]) & set(streams[1])
    again = families.create(f"reasoning_gym:dataset={dataset}")
    assert [i.key for i in islice(generate(again, "train", 1), 50)] == streams[0]


def test_an_item_carries_the_package_s_answer(package: None) -> None:
    family = families.create("reasoning_gym")
    item = next(generate(family, "dev", 0))
    assert item.problem.question.text == f"Say {item.problem.gold}."
    assert item.problem.meta["dataset"] == "chain_sum"
    assert split_of(item.key) == "dev"
    assert family.checker == "numeric"


def test_answers_in_words_are_compared_exactly(package: None) -> None:
    assert families.create("reasoning_gym:dataset=word_sorting").checker == "exact"


def test_gsm_symbolic_is_refused() -> None:
    with pytest.raises(ConfigError, match="test split"):
        families.create("reasoning_gym:dataset=gsm_symbolic")


@pytest.mark.parametrize("dataset", ["composite", "graph_color"])
def test_data_sets_without_an_answer_are_refused(dataset: str) -> None:
    with pytest.raises(ConfigError, match="choose another"):
        families.create(f"reasoning_gym:dataset={dataset}")


def test_an_unknown_data_set_is_refused_with_near_names(package: None) -> None:
    with pytest.raises(UnknownNameError, match="chain_sum"):
        families.create("reasoning_gym:dataset=chain_sums")
