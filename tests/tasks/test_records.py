"""Any row gives a problem or a DataError, and the gold column never becomes public."""

from hypothesis import given, settings
from hypothesis import strategies as st

from underdog.errors import DataError
from underdog.tasks.loaders import Row
from underdog.tasks.records import to_problem
from underdog.tasks.task_file import ColumnsTable
from underdog.tasks.transforms import TRANSFORMS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["question", "answer", "meta", "meta.level", "other", "x.y"])
ROWS = st.dictionaries(st.sampled_from(["question", "answer", "meta", "other", "x"]), JSON)
GOLD = "the-gold-answer-nobody-may-see"


@settings(max_examples=200)
@given(
    values=ROWS,
    question=NAMES,
    transforms=st.lists(st.sampled_from(sorted(TRANSFORMS)), max_size=2),
    public=st.dictionaries(st.sampled_from(["a", "b"]), NAMES.filter(lambda n: n != "answer")),
    instruction=st.sampled_from(["", "Do.", "{question} {a} {b} {c}"]),
)
def test_any_row_gives_a_problem_or_one_line(values, question, transforms, public, instruction):
    columns = ColumnsTable.model_validate(
        {
            "question": {"column": question, "transform": transforms},
            "answer": "gold",
            "fields": public,
            "choices": public.get("a", "other"),
        }
    )
    row = Row("here", {**values, "gold": GOLD})
    try:
        problem = to_problem(row, "t", "test", "1", columns, instruction)
    except DataError as error:
        refusal = str(error)
    else:
        refusal = ""
    if refusal:
        assert refusal.startswith("here: ")
        return
    assert problem.gold == GOLD
    assert GOLD not in repr(problem.question)
    assert "gold" not in problem.meta
