"""A question that is in no data set, as a task."""

from underdog.core import Problem, Question
from underdog.grading import open_checker
from underdog.tasks.single import SingleQuestion, asked


def test_a_single_question_is_one_problem_without_gold() -> None:
    task = SingleQuestion("How much is 2 + 2?", open_checker("numeric"))
    assert task.splits == ("asked",)
    question = Question("asked", "question", "How much is 2 + 2?")
    assert list(task.problems("asked")) == [Problem(question, gold=None, split="asked")]
    assert list(task.problems("asked", limit=0)) == []
    assert task.shots("cot") is None


def test_a_question_can_be_asked_as_another_task_asks() -> None:
    assert asked("2 + 2?", "gsm8k").task == "gsm8k"
