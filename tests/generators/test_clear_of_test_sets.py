"""Generated training problems repeat nothing of the public test sets."""

from functools import cache
from itertools import islice
from pathlib import Path

import pytest

from underdog.data.decontamination import ContaminationIndex, local_benchmarks
from underdog.errors import MissingExtraError
from underdog.generators import families
from underdog.generators.drawing import generate

ITEMS = 10_000


@cache
def index_of(folder: Path) -> ContaminationIndex:
    return ContaminationIndex.build(local_benchmarks(folder))


@pytest.mark.slow
@pytest.mark.parametrize("name", families.names())
def test_ten_thousand_problems_repeat_no_test_problem(name: str, data_dir: Path) -> None:
    try:
        items = islice(generate(families.create(name), "train", 6), ITEMS)
    except MissingExtraError as error:
        pytest.skip(str(error))
    texts = (f"{i.problem.question.context} {i.problem.question.text}" for i in items)
    found = [hits[0] for hits in index_of(data_dir).scan(texts) if hits]
    assert not found, (len(found), [str(hit) for hit in found[:3]])
